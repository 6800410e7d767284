/** What the sets in the kernel hold, table by table. Large tables are read only when they have to be. */
import { sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { EnforcedTable, PolicyTables, TableName } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import type { LinuxHost } from './host.ts';
import { isStill, textOf, type KnownTable } from './known-tables.ts';
import type { SetHeader } from './parse-sets.ts';
import { contentsOf, type HeldSet, type HeldSets, type SetChange } from './set-changes.ts';
import { ownSets, roomOf, tableOf } from './set-store.ts';

/** Both tables. */
export const TABLES: readonly TableName[] = ['block', 'allow'];

/** Tables from this size on are not read for every look: 50,000 entries take some 50 ms. */
const LARGE = 50_000;

/** The sets of a host with a prefix, as just read. */
export interface SetsNow {
  readonly headers: readonly SetHeader[];
  readonly prefix: string;
}

/** A table read back, and what is wrong with its sets. */
export interface ReadBack {
  readonly held: EnforcedTable | null;
  readonly faults: readonly string[];
}

/** @param maxAgeMs how long ago a large table whose sets are still the same may have been read */
export async function readBack(
  host: LinuxHost,
  now: SetsNow,
  table: TableName,
  maxAgeMs: number,
): Promise<ReadBack> {
  const known = await recall(host, now, table);
  if (known !== null && host.clock.now() - known.readAt <= maxAgeMs) {
    return { held: { entries: known.entries, hash: known.hash }, faults: [] };
  }
  const { sets, held } = await readSets(host, now, table);
  return {
    held,
    faults: [...sets.values()].flatMap(({ fault }) => (fault === null ? [] : [fault])),
  };
}

/** The sets of a table with their entries; those of a large table that is known come from the policies on disk. */
export async function heldSets(host: LinuxHost, now: SetsNow, table: TableName): Promise<HeldSets> {
  return (await knownSets(host, now, table)) ?? (await readSets(host, now, table)).sets;
}

/** A text that is the same as long as the sets of a table are; null: only reading them tells. */
export async function stateOf(
  host: LinuxHost,
  now: SetsNow,
  table: TableName,
): Promise<string | null> {
  if (setsOf(now, table).length === 0) return `none ${now.prefix}`;
  const known = await recall(host, now, table);
  return known === null ? null : `${known.hash}\n${textOf(known.sets)}`;
}

/**
 * Forgets the tables that are about to be changed, so that a change that is broken off leaves them unknown.
 * @returns those of which it is certain what they hold afterwards
 */
export async function forgetChanged(
  host: LinuxHost,
  now: SetsNow,
  changes: readonly SetChange[],
): Promise<ReadonlyMap<TableName, KnownTable>> {
  const provable = new Map<TableName, KnownTable>();
  for (const table of TABLES) {
    const ways = changes.filter(({ role }) => role.table === table).map(({ way }) => way);
    if (ways.every((way) => way === 'keep')) continue;
    const known = await recall(host, now, table);
    // A set that was filled anew has never been read; one changed entry by entry holds what it is counted to hold.
    const isCounted = ways.every((way) => way === 'keep' || way === 'change');
    if (known !== null && isCounted) provable.set(table, known);
    await host.known.forget(table);
  }
  return provable;
}

/** Keeps what the tables hold after they were changed entry by entry. */
export async function rememberChanged(
  host: LinuxHost,
  after: SetsNow,
  changed: ReadonlyMap<TableName, KnownTable>,
  wanted: PolicyTables,
): Promise<void> {
  for (const [table, { readAt }] of changed) {
    const held = summaryOf(wanted[table]);
    await host.known.remember(table, { ...held, readAt, sets: setsOf(after, table) });
  }
}

async function recall(
  { known }: LinuxHost,
  now: SetsNow,
  table: TableName,
): Promise<KnownTable | null> {
  const last = await known.recall(table);
  return last !== null && last.entries >= LARGE && isStill(last, setsOf(now, table)) ? last : null;
}

function setsOf({ headers, prefix }: SetsNow, table: TableName): readonly SetHeader[] {
  return ownSets(headers, prefix, table).map(([, header]) => header);
}

async function knownSets(
  host: LinuxHost,
  now: SetsNow,
  table: TableName,
): Promise<HeldSets | null> {
  const known = await recall(host, now, table);
  const entries = known === null ? null : await host.readTable(known.hash);
  if (entries === null) return null;
  const contents = contentsOf(now.prefix, table, entries);
  const held = new Map<string, HeldSet>();
  for (const header of setsOf(now, table)) {
    const list = contents.get(header.name);
    // Somebody may have moved an entry from one set to another.
    if (list?.size !== header.entries) return null;
    held.set(header.name, { entries: list, room: roomOf(header), fault: null });
  }
  return held;
}

/** Reads the sets, and remembers what a large table holds. */
async function readSets(
  host: LinuxHost,
  now: SetsNow,
  table: TableName,
): Promise<{ readonly sets: HeldSets; readonly held: EnforcedTable | null }> {
  const readAt = host.clock.now();
  const sets = await host.sets.read(now.headers, now.prefix, table);
  const entries = tableOf(sets, now.prefix, table);
  if (entries === null) return { sets, held: null };
  const held = summaryOf(entries);
  if (held.entries >= LARGE) {
    await host.known.remember(table, { ...held, readAt, sets: setsOf(now, table) });
  }
  return { sets, held };
}

function summaryOf(table: PrefixTable): EnforcedTable {
  return { entries: sizeOf(table), hash: setHash(table) };
}
