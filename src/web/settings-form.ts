/** The settings as a form: what was typed, what it changes, what is wrong with it. Secrets go in and never out. */
import { errorOf, settingError } from '../site/setting-error.ts';
import { createHash } from 'node:crypto';
import { maySet, optionNames, options, type OptionName } from '../config/options.ts';
import { formatOption, resolveSettings } from '../config/settings.ts';
import type { ResolvedSettings } from '../config/settings.ts';
import type { RawSettings } from '../core/ports.ts';

/** What a person typed, by option. */
export interface SettingsForm {
  /** Only what differs from what is in force; empty text: back to the default. */
  readonly changes: RawSettings;
  /** What is wrong, by option. */
  readonly errors: ReadonlyMap<string, string>;
  /** What is wrong with all of it together, or empty. */
  readonly failure: string;
}

/** Nothing typed. */
export const untouched: SettingsForm = { changes: {}, errors: new Map(), failure: '' };

/** Whether the option can be set here now. */
export function isSettable({ origins }: ResolvedSettings, name: OptionName): boolean {
  return origins[name] !== 'portal' && maySet('local', name) && name !== 'enabled';
}

/** The text in force; never of a secret. */
export function shownText({ values }: ResolvedSettings, name: OptionName): string {
  return options[name].secret ? '' : formatOption(name, values[name]);
}

/** Reads the fields that were posted; those that cannot be set here are ignored. */
export function readSettingsForm(
  settings: ResolvedSettings,
  form: (name: string) => string | null,
): SettingsForm {
  const changes: Record<string, string> = {};
  for (const name of optionNames.filter((one) => isSettable(settings, one))) {
    const typed = form(name);
    if (typed !== null && isChange(settings, name, typed)) changes[name] = typed;
    if (options[name].secret && form(`clear_${name}`) === 'yes') changes[name] = '';
  }
  return checkSettings(settings, changes);
}

/** An empty secret is one that was not typed; an empty default is no change. */
function isChange(settings: ResolvedSettings, name: OptionName, typed: string): boolean {
  if (options[name].secret) return typed !== '';
  if (typed === '' && settings.origins[name] === 'default') return false;
  return typed !== shownText(settings, name);
}

/** Each value by itself, then all together. */
function checkSettings(settings: ResolvedSettings, changes: RawSettings): SettingsForm {
  const errors = new Map<string, string>();
  for (const [name, text] of Object.entries(changes)) {
    const error = settingError(name as OptionName, text);
    if (error !== '') errors.set(name, error);
  }
  return { changes, errors, failure: errors.size > 0 ? '' : togetherError(settings, changes) };
}

function togetherError(settings: ResolvedSettings, changes: RawSettings): string {
  const local = layerOf(settings, 'local');
  const wanted = Object.entries({ ...local, ...changes }).filter(([, text]) => text !== '');
  return errorOf(() =>
    resolveSettings(Object.fromEntries(wanted), layerOf(settings, 'portal'), defaultsOf(settings)),
  );
}

function layerOf({ values, origins }: ResolvedSettings, origin: 'local' | 'portal'): RawSettings {
  const names = optionNames.filter((name) => origins[name] === origin);
  return Object.fromEntries(names.map((name) => [name, formatOption(name, values[name])]));
}

/** Those of the platform are seen where nothing else is set. */
function defaultsOf({ values, origins }: ResolvedSettings) {
  const names = optionNames.filter((name) => origins[name] === 'default');
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** Changes with the settings: who saves has to have seen what is in force. */
export function markOfSettings(settings: ResolvedSettings): string {
  const shown = optionNames.map((name) => [shownText(settings, name), settings.origins[name]]);
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}
