import { SettingsError } from '../../core/errors.ts';
import type { Actor, Clock } from '../../core/ports.ts';
import type { Store } from '../store.ts';

/** Where a change is made, by whom, and by which clock. Every operation that changes something takes one. */
export interface Change {
  readonly store: Store;
  readonly clock: Clock;
  /** For the audit log; see `core/actor.ts`. */
  readonly actor: Actor;
}

/** What the portal does by itself. */
export const PORTAL_ACTOR: Actor = 'portal';

/** What was changed, for the audit log. */
export interface Audited {
  /** Verb and kind, e.g. `device edit`. */
  readonly action: string;
  readonly target: string;
  /** For people; never a secret. Default: nothing. */
  readonly details?: string;
}

/** Runs `work` and its line in the audit log in one transaction. */
export function audited<T>(change: Change, work: () => { result: T } & Audited): T {
  const { store, clock, actor } = change;
  return store.transaction(() => {
    const { result, action, target, details = '' } = work();
    store.audit.add({ time: clock.now(), actor, action, target, details });
    return result;
  });
}

/** What differs, as the audit log says it: `note "a" → "b", policy "x" → "y"`; empty when nothing does. */
export function differenceOf<T extends object>(before: T, after: T): string {
  const keys = Object.keys(after) as (keyof T & string)[];
  const text = (value: unknown): string => JSON.stringify(value);
  return keys
    .filter((key) => text(before[key]) !== text(after[key]))
    .map((key) => `${key} ${text(before[key])} → ${text(after[key])}`)
    .join(', ');
}

/** `add` is a page. */
const NAME = /^(?!add$)[a-z0-9](?:[a-z0-9_-]{0,46}[a-z0-9])?$/;
const MAX_NOTE = 2_000;

/** A name for a source, a policy or a secondary. @throws SettingsError */
export function checkNameOf(kind: string, name: string): string {
  if (NAME.test(name)) return name;
  throw new SettingsError(`the name "${name.slice(0, 60)}" of a ${kind} is not usable`, {
    remedy: 'Use 1 to 48 lower-case letters, digits, "-" or "_", first and last a letter or digit.',
  });
}

/** A note: any text without control characters but newlines. @throws SettingsError */
export function checkNote(note: string): string {
  if (note.length <= MAX_NOTE && !/[^\P{Cc}\n\t]/u.test(note)) return note;
  throw new SettingsError(
    `a note may have ${MAX_NOTE} characters, none of them control characters`,
  );
}

/** What an operation was to change is not there. */
export class NotFoundError extends SettingsError {
  constructor(kind: string, name: string) {
    super(`there is no ${kind} "${name.slice(0, 80)}"`);
  }
}

/** A name is taken, or what was to be removed is in use. */
export class ConflictError extends SettingsError {}
