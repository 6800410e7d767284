import { options, optionNames, type OptionName } from '../config/options.ts';
import { formatOption, type Origin, type ResolvedSettings } from '../config/settings.ts';
import type { PlatformName } from './context.ts';
import { platformHas } from '../config/option-platforms.ts';

/** One setting in the forms it is shown in. A secret is in neither. */
export interface ShownSetting {
  readonly name: OptionName;
  /** As a settings file holds it. */
  readonly raw: string;
  /** With its unit; `-` when empty. */
  readonly text: string;
  readonly origin: Origin;
  readonly json: {
    readonly value: unknown;
    readonly origin: Origin;
    /** For a secret: whether there is one. */
    readonly is_set?: boolean;
  };
}

/** The settings as they are shown, in the order of the option table, without those the platform does not have. */
export function shownSettings(
  settings: ResolvedSettings,
  platform: PlatformName,
): readonly ShownSetting[] {
  return optionNames
    .filter((name) => platformHas(platform, name))
    .map((name) => shownSetting(settings, name));
}

function shownSetting({ values, origins }: ResolvedSettings, name: OptionName): ShownSetting {
  const [text, origin] = [formatOption(name, values[name]), origins[name]];
  if (options[name].secret) {
    const isSet = text !== '';
    const json = { value: null, origin, is_set: isSet };
    const raw = isSet ? '(hidden)' : '';
    return { name, raw, text: raw || '-', origin, json };
  }
  const shown = text === '' ? '-' : `${text} ${options[name].unit}`.trim();
  return { name, raw: text, text: shown, origin, json: { value: values[name], origin } };
}
