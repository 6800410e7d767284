import type { Database } from '../../system/sqlite.ts';
import type { ValueTable } from './values.ts';

/** A list without its entries. */
export interface ListHead {
  /** DNS name, lower case, no final dot. */
  readonly name: string;
  readonly entries: number;
  /** Serial of the zone when the list changed last. */
  readonly serial: number;
}

/** The lists the portal publishes. */
export interface ListTable {
  /** All lists by name. */
  heads(): readonly ListHead[];
  /** The list as a table file (one prefix a line, sorted); null when there is none of this name. */
  prefixes(name: string): Uint8Array | null;
  /**
   * Stores a list. Another content than before gives it, and the zone, a new serial.
   * @param prefixes a table file in its one canonical form, so that equal lists have equal bytes
   * @param now milliseconds since 1970
   * @returns whether anything changed
   */
  set(name: string, prefixes: Uint8Array, entries: number, now: number): boolean;
  /** SOA serial of the zone; it only grows. */
  zoneSerial(): number;
  /** Runs `read` while nobody else can change a list. */
  snapshot<T>(read: () => T): T;
}

const ZONE_SERIAL = 'zone_serial';

/** The table `lists`. */
export function createListTable(database: Database, values: ValueTable): ListTable {
  const selectHeads = database.prepare('SELECT name, entries, serial FROM lists ORDER BY name');
  const selectPrefixes = database.prepare('SELECT prefixes FROM lists WHERE name = ?');
  const upsert = database.prepare(
    `INSERT INTO lists (name, prefixes, entries, serial) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET
       prefixes = excluded.prefixes, entries = excluded.entries, serial = excluded.serial`,
  );
  const prefixes = (name: string): Uint8Array | null => {
    const row = selectPrefixes.get(name) as { prefixes: Uint8Array } | undefined;
    return row?.prefixes ?? null;
  };
  const zoneSerial = (): number => values.number(ZONE_SERIAL);
  const set = (name: string, bytes: Uint8Array, entries: number, now: number): boolean => {
    const before = prefixes(name);
    if (before !== null && Buffer.compare(before, bytes) === 0) return false;
    const serial = nextSerial(zoneSerial(), now);
    upsert.run(name, bytes, entries, serial);
    values.set(ZONE_SERIAL, String(serial));
    return true;
  };
  return {
    heads: () => selectHeads.all() as ListHead[],
    prefixes,
    set: (...list) => database.transaction(() => set(...list)),
    zoneSerial,
    snapshot: (read) => database.transaction(read),
  };
}

/** The next serial: today's first in the form YYYYMMDDnn (RFC 1912 §2.2), or one more than before. */
export function nextSerial(before: number, now: number): number {
  const today = Number(new Date(now).toISOString().slice(0, 10).replaceAll('-', '')) * 100;
  return Math.max(before + 1, today);
}
