/** Our tables as pf holds them: how many entries, and their hash. */
import { sizeOf } from '../../core/prefix-list.ts';
import type { Clock, EnforcedTable, TableName } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import { identityOf } from '../../system/file-memo.ts';
import { readPfTable } from './pf-table.ts';
import { fileOf, TABLE_NAMES, type TablePlaces } from './tables.ts';

/**
 * Reads a table back; null when there is none.
 * @param sizes the tables that pf has now, and their sizes
 * @param maxAgeMs how long ago a large table may have been listed, while its size and its file stay the same
 * @throws FirewallError or HostError
 */
export type ReadBack = (
  table: TableName,
  sizes: ReadonlyMap<string, number>,
  maxAgeMs: number,
) => Promise<EnforcedTable | null>;

/** Tables from this size on are not listed for every look: a million entries are 16 MB of text. */
const LARGE = 50_000;

interface Listing {
  readonly at: number;
  readonly identity: string;
  readonly held: EnforcedTable;
}

/** Every apply writes the table's file, also one by another process, so it is listed anew after that. */
export function createReadBack(places: TablePlaces, clock: Clock): ReadBack {
  const listings = new Map<TableName, Listing>();
  return async (table, sizes, maxAgeMs) => {
    const size = sizes.get(TABLE_NAMES[table]);
    if (size === undefined) return null;
    const identity = identityOf(fileOf(places, table));
    const last = listings.get(table);
    const stands =
      size >= LARGE &&
      last?.held.entries === size &&
      last.identity === identity &&
      clock.now() - last.at <= maxAgeMs;
    if (stands) return last.held;
    const held = await readPfTable(places.run, TABLE_NAMES[table]);
    if (held === null) return null;
    const summary = { entries: sizeOf(held), hash: setHash(held) };
    listings.set(table, { at: clock.now(), identity, held: summary });
    return summary;
  };
}
