/** What the settings page shows. */
import { platformHas } from '../config/option-platforms.ts';
import { maySet, options, type OptionName } from '../config/options.ts';
import { formatOption, type Origin, type ResolvedSettings } from '../config/settings.ts';
import type { FirewallDriver } from '../core/ports.ts';
import { optionGroups } from './settings-groups.ts';
import { isSettable, shownText, type SettingsForm } from './settings-form.ts';
import { texts } from './texts.ts';

/** One setting for the template. */
export interface SettingView {
  readonly name: OptionName;
  readonly label: string;
  readonly description: string;
  readonly unit: string;
  /** The default as text. */
  readonly usual: string;
  readonly origin: Origin;
  readonly originText: string;
  /** What is in the field; never a secret. */
  readonly value: string;
  readonly choices: readonly string[];
  readonly number: boolean;
  readonly secret: boolean;
  /** For a secret: whether there is one. */
  readonly isSet: boolean;
  readonly settable: boolean;
  /** Why it cannot be set here; empty when it can. */
  readonly reason: string;
  readonly error: string;
  readonly changed: boolean;
}

/** The groups with their settings. */
export interface SettingGroupView {
  readonly id: string;
  readonly title: string;
  readonly settings: readonly SettingView[];
}

/** All that this platform has, by group. */
export function settingGroups(
  settings: ResolvedSettings,
  form: SettingsForm,
  platform: string,
): readonly SettingGroupView[] {
  return optionGroups()
    .map(({ title, names }, index) => ({
      id: `ts-group-${index}`,
      title,
      settings: names
        .filter((name) => platformHas(platform as FirewallDriver['name'], name))
        .map((name) => settingView(settings, form, name)),
    }))
    .filter((group) => group.settings.length > 0);
}

/** One setting. */
export function settingView(
  settings: ResolvedSettings,
  form: SettingsForm,
  name: OptionName,
): SettingView {
  const { description, unit, secret, choices } = options[name];
  const origin = settings.origins[name];
  const typed = secret ? '' : form.changes[name];
  return {
    ...{ name, description, unit, secret, choices, origin },
    label: labelOf(name),
    usual: secret ? '' : formatOption(name, options[name].default),
    originText: texts.settings.origins[origin],
    value: typed ?? shownText(settings, name),
    number: typeof options[name].default === 'number',
    isSet: secret && formatOption(name, settings.values[name]) !== '',
    settable: isSettable(settings, name),
    reason: reasonOf(settings, name),
    error: form.errors.get(name) ?? '',
    changed: form.changes[name] !== undefined,
  };
}

function reasonOf(settings: ResolvedSettings, name: OptionName): string {
  if (settings.origins[name] === 'portal') return texts.settings.portalOwned;
  return maySet('local', name) ? '' : texts.settings.portalOnly;
}

/** `policy_interval` → `Policy interval`; its own name stands beside it. */
function labelOf(name: OptionName): string {
  const labels: Readonly<Partial<Record<OptionName, string>>> = texts.settings.labels;
  const plain = name.replaceAll('_', ' ');
  return labels[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
