import { options, type OptionName } from '../config/options.ts';
import { formatOption } from '../config/settings.ts';
import { SettingsError, UsageError } from '../core/errors.ts';
import type { RawSettings } from '../core/ports.ts';
import { askSettings, requiredNames } from './add-questions.ts';
import type { CommandContext } from './context.ts';
import { checkTogether, type SomeSettings } from './given-settings.ts';
import { settableNames } from './platform-options.ts';

/** How the settings of an installation are made up. */
export interface AddManner {
  /** Ask for what a manual installation needs. */
  readonly ask: boolean;
  /** Ask the advanced questions too. */
  readonly advanced: boolean;
}

/**
 * The settings `tsadmin add` installs. Asked for, they start from those of the device; otherwise
 * exactly the given ones count.
 * @throws UsageError when something is missing or does not fit together
 */
export async function settingsToAdd(
  context: CommandContext,
  given: SomeSettings,
  manner: AddManner,
): Promise<RawSettings> {
  const type = given.type ?? 'manual';
  const asked = manner.ask && type === 'manual';
  const settings: SomeSettings = {
    ...(asked ? await askedSettings(context, given, manner.advanced) : given),
    type,
  };
  requireAll(settings, type === 'auto' ? ['device_id', 'auto_key'] : requiredNames);
  checkTogether(settings);
  return settings;
}

async function askedSettings(
  context: CommandContext,
  given: SomeSettings,
  advanced: boolean,
): Promise<SomeSettings> {
  const defaults = { ...(await currentSettings(context)), ...given };
  const answers = await askSettings(context, defaults, advanced);
  const changed = Object.entries(answers).filter(
    ([name, text]) => text !== defaultText(name as OptionName),
  );
  const kept = Object.entries(defaults).filter(
    ([name]) => answers[name as OptionName] === undefined,
  );
  return Object.fromEntries([...kept, ...changed]);
}

function defaultText(name: OptionName): string {
  return formatOption(name, options[name].default);
}

/** What the device has now, apart from defaults. Settings that cannot be used are said to be left out. */
async function currentSettings(context: CommandContext): Promise<SomeSettings> {
  try {
    const settings = await context.withAgent((agent) => agent.settings());
    if (settings === null) return {};
    const { values, origins } = settings;
    return Object.fromEntries(
      settableNames
        .filter((name) => origins[name] !== 'default')
        .map((name) => [name, formatOption(name, values[name])]),
    );
  } catch (thrown) {
    if (!(thrown instanceof SettingsError)) throw thrown;
    context.print(`The settings of the device are not offered: ${thrown.message}`, 'yellow');
    return {};
  }
}

function requireAll(settings: SomeSettings, names: readonly OptionName[]): void {
  const missing = names.filter((name) => (settings[name] ?? '') === '');
  if (missing.length === 0) return;
  throw new UsageError(`add: missing ${missing.map((name) => `--${name}`).join(', ')}`, {
    remedy:
      settings.type === 'auto'
        ? 'Web automation needs the device ID and the key as the portal shows them (--auto_key=@FILE reads it from a file).'
        : 'Give them, or start the command on a terminal to be asked.',
  });
}
