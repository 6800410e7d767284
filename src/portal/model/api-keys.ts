import { createHash, randomBytes } from 'node:crypto';
import { SettingsError, printable } from '../../core/errors.ts';
import type { Store } from '../store.ts';
import type { ApiKey } from '../tables/api-keys.ts';
import { ConflictError, NotFoundError, audited, checkNameOf, type Change } from './change.ts';

/** What a key may do: kind, then `read` or `write`. To write includes to read, and for devices to enrol. */
export type Scope = `${ScopeKind}:${'read' | 'write'}` | 'devices:enrol';
type ScopeKind = 'devices' | 'policies' | 'lists' | 'feeds' | 'hits' | 'fleet' | 'alarms';

/** The scopes, with words for people. */
export const SCOPES: readonly (readonly [Scope, string])[] = [
  ['devices:read', 'see devices'],
  ['devices:write', 'make, change and retire devices'],
  ['devices:enrol', 'become a device, and nothing else: the license key of an image in a cloud'],
  ['policies:read', 'see policies'],
  ['policies:write', 'make, change, publish and remove policies'],
  ['lists:read', 'see lists and their entries'],
  ['lists:write', 'make, change and remove lists'],
  ['feeds:read', 'see feeds'],
  ['feeds:write', 'make, change, fetch and remove feeds'],
  ['hits:read', 'see hits and reports'],
  ['fleet:read', 'see the state of the fleet'],
  ['alarms:read', 'see what is wrong, and who is told'],
  ['alarms:write', 'make, change, test and remove alarm targets'],
];

/** A key as it is told once: when it is made. */
export interface IssuedApiKey extends ApiKey {
  /** `tsp_` and 32 random bytes in base64url. */
  readonly key: string;
}

const HOUR_MS = 3_600_000;

/** Makes a key. @throws SettingsError for the name or a scope; ConflictError for a name that is taken */
export function addApiKey(change: Change, name: string, scopes: readonly string[]): IssuedApiKey {
  const { store, clock } = change;
  return audited(change, () => {
    checkNameOf('key', name);
    if (store.apiKeys.get(name) !== null) throw new ConflictError(`there is a key ${name}`);
    const key = `tsp_${randomBytes(32).toString('base64url')}`;
    const stored: ApiKey = { name, scopes: checkScopes(scopes), created: clock.now(), used: null };
    store.apiKeys.add(stored, digestOf(key));
    const details = stored.scopes.join(' ');
    return { result: { ...stored, key }, action: 'key add', target: name, details };
  });
}

/** Removes a key; it counts no more. @throws NotFoundError */
export function removeApiKey(change: Change, name: string): void {
  const { store } = change;
  audited(change, () => {
    if (store.apiKeys.get(name) === null) throw new NotFoundError('key', name);
    store.apiKeys.remove(name);
    return { result: undefined, action: 'key remove', target: name };
  });
}

/** The key that was given, which counts as used at `now`; null: there is none like it. */
export function findApiKey(store: Store, given: string, now: number): ApiKey | null {
  const key = store.apiKeys.withDigest(digestOf(given));
  // To the hour, so that reading does not write each time.
  if (key !== null && now - (key.used ?? 0) >= HOUR_MS) store.apiKeys.setUsed(key.name, now);
  return key;
}

/** Whether the key may do this. */
export function mayDo({ scopes }: ApiKey, wanted: Scope): boolean {
  return scopes.includes(wanted) || scopes.includes(wanted.replace(/:(read|enrol)$/, ':write'));
}

function checkScopes(given: readonly string[]): readonly string[] {
  const known = SCOPES.map(([scope]) => scope);
  const bad = given.find((scope) => !known.some((one) => one === scope));
  if (bad === undefined && given.length > 0) return [...new Set(given)];
  const what =
    bad === undefined
      ? 'a key needs a scope'
      : `there is no scope "${printable(bad.slice(0, 40))}"`;
  throw new SettingsError(what, { remedy: `Use ${known.join(', ')}.` });
}

/** The key is random, so its digest needs no salt. */
function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
