/** Our two tables in pf, and the files that pfSense loads them from when it loads its ruleset. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FirewallError, HostError, messageOf } from '../../core/errors.ts';
import { difference } from '../../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { ApplyPlan, TableChange, TableName } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import { removeFile } from '../../system/atomic-file.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { readTableFile, stageTableFile } from '../table-file.ts';
import { killPfTable, readPfTable, replacePfTable } from './pf-table.ts';

/** Names of our tables in pf, which are also the names of the aliases. */
export const TABLE_NAMES = { block: 'ThreatSTOP_block', allow: 'ThreatSTOP_allow' } as const;

/** Where the tables are. */
export interface TablePlaces {
  readonly run: RunCommand;
  /** Folder of the table files. */
  readonly tables: string;
}

/** What would change in a table. */
export async function planTable(
  places: TablePlaces,
  table: TableName,
  wanted: PrefixTable,
): Promise<TableChange> {
  const held = await readPfTable(places.run, TABLE_NAMES[table]);
  const { added, removed } = difference(held ?? EMPTY_TABLE, wanted);
  const before = held === null ? null : sizeOf(held);
  return { table, before, after: sizeOf(wanted), added: sizeOf(added), removed: sizeOf(removed) };
}

/**
 * Writes all new files beside the old ones, replaces the tables from them, then moves the files in place: a file never
 * holds what pf did not take, or the next load of the ruleset would fail on it.
 * @throws FirewallError or HostError; tables and files are then as they were
 */
export async function applyTables(places: TablePlaces, plan: ApplyPlan): Promise<void> {
  const stale = await staleTables(places, plan);
  const before = new Map<TableName, PrefixTable | null>();
  try {
    for (const table of stale) {
      await (await stageTableFile(nextFile(places, table), plan.wanted[table])).commit();
    }
    for (const table of stale) {
      before.set(table, await readPfTable(places.run, TABLE_NAMES[table]));
      await replacePfTable(places.run, TABLE_NAMES[table], nextFile(places, table));
    }
  } catch (error) {
    for (const [table, held] of before) await putBack(places, table, held);
    for (const table of stale) await removeFile(nextFile(places, table));
    throw error;
  }
  for (const table of stale) await moveInPlace(nextFile(places, table), fileOf(places, table));
}

/** Takes away tables and files. @throws FirewallError or HostError */
export async function removeTables(places: TablePlaces): Promise<void> {
  for (const table of ['block', 'allow'] as const) {
    await killPfTable(places.run, TABLE_NAMES[table]);
    await removeFile(fileOf(places, table));
    await removeFile(nextFile(places, table));
  }
}

/** The file of a table. */
export function fileOf(places: TablePlaces, table: TableName): string {
  return join(places.tables, `${TABLE_NAMES[table]}.txt`);
}

function nextFile(places: TablePlaces, table: TableName): string {
  return `${fileOf(places, table)}.new`;
}

/** Tables whose entries in pf, or whose file, differ from the plan. */
async function staleTables(places: TablePlaces, plan: ApplyPlan): Promise<readonly TableName[]> {
  const stale: TableName[] = [];
  for (const { table, before, added, removed } of plan.changes) {
    const held = before !== null && added + removed === 0;
    const same = held && (await fileHolds(fileOf(places, table), plan.wanted[table]));
    if (!same) stale.push(table);
  }
  return stale;
}

/** A file that somebody damaged holds something else. */
async function fileHolds(path: string, wanted: PrefixTable): Promise<boolean> {
  try {
    const held = await readTableFile(path);
    return held !== null && setHash(held) === setHash(wanted);
  } catch (error) {
    if (error instanceof FirewallError) return false;
    throw error;
  }
}

async function putBack(places: TablePlaces, table: TableName, held: PrefixTable | null) {
  if (held === null) {
    await killPfTable(places.run, TABLE_NAMES[table]);
    return;
  }
  await (await stageTableFile(nextFile(places, table), held)).commit();
  await replacePfTable(places.run, TABLE_NAMES[table], nextFile(places, table));
}

async function moveInPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    throw new HostError(`writing ${to}: ${messageOf(cause)}`, { cause });
  }
}
