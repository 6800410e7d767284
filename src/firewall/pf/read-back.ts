/** Our tables as pf holds them: how many entries, and their hash. */
import { sizeOf } from '../../core/prefix-list.ts';
import type { Clock, EnforcedTable, TableName } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import { identityOf } from '../../system/file-memo.ts';
import { readPfTable, type PfTables } from './pf-table.ts';

/**
 * Reads a table back; null when there is none.
 * @param sizes the tables that pf has now, and their sizes
 * @param maxAgeMs how long ago a large table may have been listed, while its size and its file stay the same
 * @throws FirewallError or HostError
 */
export type ReadBack = (
  pf: PfTables,
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
export function createReadBack(clock: Clock): ReadBack {
  const listings = new Map<string, Listing>();
  return async (pf, table, sizes, maxAgeMs) => {
    const size = sizes.get(pf.names[table]);
    if (size === undefined) return null;
    const identity = identityOf(pf.files[table]);
    const last = listings.get(pf.names[table]);
    const stands =
      size >= LARGE &&
      last?.held.entries === size &&
      last.identity === identity &&
      clock.now() - last.at <= maxAgeMs;
    if (stands) return last.held;
    const held = await readPfTable(pf.run, pf.names[table]);
    if (held === null) return null;
    const summary = { entries: sizeOf(held), hash: setHash(held) };
    listings.set(pf.names[table], { at: clock.now(), identity, held: summary });
    return summary;
  };
}
