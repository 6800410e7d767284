import { SettingsError } from '../core/errors.ts';

/** Who may set an option: the portal (web automation), the administrator (`tsadmin`, page, file), or both. */
export type SetBy = 'portal' | 'local';

/** One setting: how its text becomes a value and back, and what people are told about it. */
export interface Option<T> {
  readonly default: T;
  /** One sentence for `--help` and the settings page. */
  readonly description: string;
  /** Unit of a number, e.g. `s`; empty without one. */
  readonly unit: string;
  /** Never shown, logged or passed in an argument list. */
  readonly secret: boolean;
  readonly setBy: readonly SetBy[];
  /** The words it can be; empty for free text. */
  readonly choices: readonly string[];
  /** @throws SettingsError saying what is allowed; the caller adds the option's name. */
  parse(text: string): T;
  format(value: T): string;
}

/** What every kind of option takes beside its own. */
export interface OptionText {
  readonly description: string;
  readonly secret?: boolean;
  readonly setBy?: readonly SetBy[];
}

const BOTH: readonly SetBy[] = ['portal', 'local'];

function option<T>(
  about: OptionText & { default: T; unit?: string; choices?: readonly string[] },
  parse: (text: string) => T,
  format: (value: T) => string,
): Option<T> {
  return {
    default: about.default,
    description: about.description,
    unit: about.unit ?? '',
    secret: about.secret ?? false,
    setBy: about.setBy ?? BOTH,
    choices: about.choices ?? [],
    parse,
    format,
  };
}

/** Free text that matches `pattern` as a whole. `allowed` completes "use …". */
export function text(
  about: OptionText & { default?: string; pattern: RegExp; allowed: string },
): Option<string> {
  const parse = (value: string): string => {
    if (value !== '' && !about.pattern.test(value)) throw new SettingsError(`use ${about.allowed}`);
    return value;
  };
  return option({ ...about, default: about.default ?? '' }, parse, (value) => value);
}

/** Words separated by blanks or commas, each matching `pattern`. */
export function words(
  about: OptionText & { default?: readonly string[]; pattern: RegExp; allowed: string },
): Option<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    const found = value.split(/[\s,]+/).filter((word) => word !== '');
    for (const word of found) {
      if (!about.pattern.test(word)) throw new SettingsError(`use ${about.allowed}`);
    }
    return found;
  };
  return option({ ...about, default: about.default ?? [] }, parse, (value) => value.join(' '));
}

/** A whole number from `min` to `max`. */
export function integer(
  about: OptionText & { default: number; min: number; max: number; unit?: string },
): Option<number> {
  const parse = (value: string): number => {
    const number = Number(value);
    if (!/^\d{1,12}$/.test(value) || number < about.min || number > about.max) {
      throw new SettingsError(`use a whole number from ${about.min} to ${about.max}`);
    }
    return number;
  };
  return option(about, parse, String);
}

const YES = new Set(['yes', 'y', 'true', 'on', '1']);
const NO = new Set(['no', 'n', 'false', 'off', '0']);

/** Yes or no; written as `yes` and `no`. */
export function flag(about: OptionText & { default: boolean }): Option<boolean> {
  const parse = (value: string): boolean => {
    const word = value.toLowerCase();
    if (YES.has(word)) return true;
    if (NO.has(word)) return false;
    throw new SettingsError('use yes or no');
  };
  return option({ ...about, choices: ['yes', 'no'] }, parse, (value) => (value ? 'yes' : 'no'));
}

/** One of some words. */
export function choice<const T extends string>(
  about: OptionText & { default: T; choices: readonly T[] },
): Option<T> {
  const parse = (value: string): T => {
    const found = about.choices.find((one) => one === value);
    if (found === undefined) throw new SettingsError(`use ${about.choices.join(', ')}`);
    return found;
  };
  return option(about, parse, (value) => value);
}
