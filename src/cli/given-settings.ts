/** Settings given on the command line: options for them, and their checked text. */
import { options, type OptionName } from '../config/options.ts';
import { formatOption, parseOption, resolveSettings } from '../config/settings.ts';
import { HostError, SettingsError, UsageError, messageOf } from '../core/errors.ts';
import type { RawSettings } from '../core/ports.ts';
import type { CommandOption, CommandOptions, CommandValues } from './command.ts';
import type { CommandContext } from './context.ts';
import { isFlag, requirePlatform, settableNames } from './platform-options.ts';

/** Some settings as checked text. */
export type SomeSettings = Readonly<Partial<Record<OptionName, string>>>;

/** A command option for every setting people may set, described by the option table. */
export function settingOptions(): CommandOptions {
  return Object.fromEntries(settableNames.map((name) => [name, settingOption(name)]));
}

function settingOption(name: OptionName): CommandOption {
  const text = formatOption(name, options[name].default);
  const fallback = text === '' ? '' : ` Default: ${`${text} ${options[name].unit}`.trim()}.`;
  const secret = options[name].secret ? ' @FILE reads it from a file, - from standard input.' : '';
  const description = options[name].description + secret + fallback;
  const { choices } = options[name];
  if (choices.length === 0) {
    return { type: 'string', description, dashValues: name === 'logopts' };
  }
  return { type: 'string', description, choices, yesWithoutValue: isFlag(name) };
}

/**
 * Reads and checks all settings among the values.
 * @throws UsageError for a value that cannot be used, or a setting the platform does not have
 * @throws HostError when the file of a secret cannot be read
 */
export async function givenSettings(
  context: CommandContext,
  values: CommandValues,
): Promise<SomeSettings> {
  const given: Partial<Record<OptionName, string>> = {};
  for (const name of settableNames) {
    const value = values[name];
    if (typeof value !== 'string') continue;
    requirePlatform(context.platform, name);
    given[name] = checkedText(name, await plainText(context, name, value));
  }
  return given;
}

/** The text of one option as a settings file holds it. @throws UsageError when it cannot be used */
export function checkedText(name: OptionName, text: string): string {
  return asUsageError(() => formatOption(name, parseOption(name, text)));
}

/** @throws UsageError when the settings contradict each other */
export function checkTogether(settings: RawSettings): void {
  asUsageError(() => resolveSettings(settings, null));
}

function asUsageError<T>(check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    if (!(thrown instanceof SettingsError)) throw thrown;
    throw new UsageError(thrown.message, { remedy: thrown.remedy, cause: thrown });
  }
}

/** A secret may be in a file (`@FILE`) or on standard input (`-`), so that it is in no process list. */
async function plainText(
  context: CommandContext,
  name: OptionName,
  value: string,
): Promise<string> {
  if (!options[name].secret) return value;
  if (value === '-')
    return oneLine(name, 'standard input', await context.readSecret(`${name} (not shown):`));
  if (!value.startsWith('@')) return value;
  const path = value.slice(1);
  return oneLine(name, path, await readSecretFile(context, name, path));
}

async function readSecretFile(
  context: CommandContext,
  name: OptionName,
  path: string,
): Promise<string> {
  try {
    return await context.readFile(path);
  } catch (cause) {
    throw new HostError(`option ${name}: reading ${path}: ${messageOf(cause)}`, {
      remedy: 'Give the path of a file that holds the value and nothing else.',
      cause,
    });
  }
}

function oneLine(name: OptionName, place: string, text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const [only, ...others] = lines.filter((line) => line !== '');
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(`option ${name}: ${place} does not hold exactly one line`);
}
