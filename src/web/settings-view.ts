/** What the settings page shows. */
import { platformHas } from '../config/option-platforms.ts';
import { maySet, options, type OptionName } from '../config/options.ts';
import { formatOption, type ResolvedSettings } from '../config/settings.ts';
import type { FirewallDriver } from '../core/ports.ts';
import { optionGroups } from '../site/settings-groups.ts';
import { settingLabel } from '../site/setting-labels.ts';
import type { SettingGroupView, SettingView } from '../site/setting-view.ts';
import { isSettable, shownText, type SettingsForm } from './settings-form.ts';
import { texts } from './texts.ts';

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
    label: settingLabel(name),
    check: '/settings/check',
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
