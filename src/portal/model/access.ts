import { SettingsError, printable } from '../../core/errors.ts';
import { isCovered } from '../../core/prefix-search.ts';
import { formatPrefix, parsePrefix, parseTable } from '../../core/prefix-text.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import type { Store } from '../store.ts';
import type { AccessEntry } from '../tables/access.ts';
import { NotFoundError, audited, checkNote, type Change } from './change.ts';

/**
 * Who may ask the policy service. `open`: everybody. `registered`: who signs with the key of a device or a secondary,
 * or comes from the address of a device or of the access list. `signed`: only who signs.
 */
export type AccessMode = 'open' | 'registered' | 'signed';

/** The modes, with words for people. */
export const ACCESS_MODES: readonly (readonly [AccessMode, string])[] = [
  ['open', 'everybody may read the policies'],
  ['registered', 'addresses of devices and of the access list, and queries signed with a key'],
  ['signed', 'only queries signed with a key'],
];

const MODE = 'access_mode';
const DEFAULT_MODE: AccessMode = 'registered';

/** The mode that holds. */
export function accessMode({ values }: Store): AccessMode {
  const stored = values.get(MODE);
  return ACCESS_MODES.find(([mode]) => mode === stored)?.[0] ?? DEFAULT_MODE;
}

/** Sets the mode. @throws SettingsError */
export function setAccessMode(change: Change, text: string): AccessMode {
  const mode = ACCESS_MODES.find(([name]) => name === text)?.[0];
  if (mode === undefined) {
    throw new SettingsError(`there is no access mode "${printable(text.slice(0, 40))}"`, {
      remedy: `Use ${ACCESS_MODES.map(([name]) => name).join(', ')}.`,
    });
  }
  return audited(change, () => {
    const details = `${accessMode(change.store)} → ${mode}`;
    change.store.values.set(MODE, mode);
    return { result: mode, action: 'access mode', target: 'policy service', details };
  });
}

/** Allows addresses. @throws FormatError for no prefix; SettingsError for a note */
export function allowAccess(change: Change, prefix: string, note = ''): AccessEntry {
  const entry = { prefix: formatPrefix(parsePrefix(prefix)), note: checkNote(note) };
  return audited(change, () => {
    change.store.access.add(entry);
    return { result: entry, action: 'access allow', target: entry.prefix, details: entry.note };
  });
}

/** Allows addresses no more. @throws FormatError; NotFoundError */
export function denyAccess(change: Change, prefix: string): void {
  const canonical = formatPrefix(parsePrefix(prefix));
  audited(change, () => {
    if (!change.store.access.remove(canonical)) throw new NotFoundError('access entry', canonical);
    return { result: undefined, action: 'access remove', target: canonical };
  });
}

/**
 * Whether an address is one of a device in service, or on the access list.
 * @param remote as a socket tells it
 */
export function isRegistered(store: Store, remote: string): boolean {
  const address = remote.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (store.addresses.has(address)) return true;
  return isCovered(accessTable(store), parsePrefix(address));
}

/**
 * Whether a key may transfer the zone, which is all policies: that of a secondary, and that of a device which reads its
 * policy so because an administrator has set that here.
 */
export function mayTransfer(store: Store, keyName: string): boolean {
  if (store.secondaries.keyOf(keyName) !== null) return true;
  return store.devices.get(keyName)?.settings['policy_source'] === 'transfer';
}

function accessTable(store: Store): PrefixTable {
  const lines = store.access.all().map(({ prefix }) => prefix);
  return parseTable(Buffer.from(lines.join('\n')));
}
