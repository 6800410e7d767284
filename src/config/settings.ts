/** From text to typed settings: defaults, then what the administrator set, then what the portal sent. */
import { SettingsError, messageOf } from '../core/errors.ts';
import type { RawSettings } from '../core/ports.ts';
import { maySet, optionNames, options, type OptionName, type Settings } from './options.ts';
import type { Option } from './option-types.ts';

/** Where a value comes from. The later one wins: default, local, portal. */
export type Origin = 'default' | 'local' | 'portal';

/** Settings with the origin of each. */
export interface ResolvedSettings {
  readonly values: Settings;
  readonly origins: Readonly<Record<OptionName, Origin>>;
}

/** Values that differ by platform; what the option table says is for the others. */
export type PlatformDefaults = Partial<Settings>;

/**
 * Merges the layers and checks every value and their combination.
 * @param local what the administrator set, as text
 * @param portal what the portal sent, or null; names it may not set, and unknown ones, are ignored
 * @throws SettingsError naming the option, the value (unless secret) and what is allowed
 */
export function resolveSettings(
  local: RawSettings,
  portal: RawSettings | null,
  defaults: PlatformDefaults = {},
): ResolvedSettings {
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const name of optionNames) {
    const origin = originOf(name, local, portal);
    origins[name] = origin;
    values[name] =
      origin === 'default'
        ? (defaults[name] ?? options[name].default)
        : parseOption(name, (origin === 'portal' ? portal : local)?.[name] ?? '');
  }
  const settings = values as Settings;
  checkCombination(settings);
  return { values: settings, origins: origins as Record<OptionName, Origin> };
}

function originOf(name: OptionName, local: RawSettings, portal: RawSettings | null): Origin {
  if (portal?.[name] !== undefined && maySet('portal', name)) {
    return 'portal';
  }
  return local[name] === undefined ? 'default' : 'local';
}

/** The value of one option. @throws SettingsError naming it. */
export function parseOption<N extends OptionName>(name: N, text: string): Settings[N] {
  const option = options[name] as unknown as Option<Settings[N]>;
  try {
    return option.parse(text);
  } catch (cause) {
    const shown = option.secret ? '(secret)' : JSON.stringify(text.slice(0, 80));
    throw new SettingsError(`option ${name}: ${shown} is not usable`, {
      remedy: `${messageOf(cause)}.`.replace(/^u/, 'U'),
      cause,
    });
  }
}

/** The text of one option's value, as a settings file holds it. */
export function formatOption<N extends OptionName>(name: N, value: Settings[N]): string {
  const option = options[name] as unknown as Option<Settings[N]>;
  return option.format(value);
}

function checkCombination(settings: Settings): void {
  if (settings.type === 'auto' && (settings.device_id === '' || settings.auto_key === '')) {
    throw new SettingsError('option type: auto needs device_id and auto_key', {
      remedy: 'Give both, as the portal shows them.',
    });
  }
  if ((settings.ui_tls_cert === '') !== (settings.ui_tls_key === '')) {
    throw new SettingsError('options ui_tls_cert and ui_tls_key: one is missing', {
      remedy: 'Give both files, or neither.',
    });
  }
  if (settings.policy_tsig && settings.auto_key === '') {
    throw new SettingsError('option policy_tsig: yes needs auto_key', {
      remedy: 'Give the device key, or set policy_tsig to no.',
    });
  }
}
