/** Our two tables in pf, and the files that the rules load them from. */
import { rename } from 'node:fs/promises';
import { HostError, messageOf } from '../../core/errors.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import type { ApplyPlan, TableChange, TableName } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import { removeFile } from '../../system/atomic-file.ts';
import { stageTableFile } from '../table-file.ts';
import { readWholeTable, tableChange } from '../table-files.ts';
import { killPfTable, readPfTable, replacePfTable, type PfTables } from './pf-table.ts';

/** What would change in a table. */
export async function planTable(
  pf: PfTables,
  table: TableName,
  wanted: PrefixTable,
): Promise<TableChange> {
  return tableChange(table, await readPfTable(pf.run, pf.names[table]), wanted);
}

/**
 * Writes all new files beside the old ones, replaces the tables from them, then moves the files in place: a file never
 * holds what pf did not take, or the next load of the ruleset would fail on it.
 * @throws FirewallError or HostError; tables and files are then as they were
 */
export async function applyTables(pf: PfTables, plan: ApplyPlan): Promise<void> {
  const stale = await staleTables(pf, plan);
  const before = new Map<TableName, PrefixTable | null>();
  try {
    for (const table of stale) {
      await (await stageTableFile(nextFile(pf, table), plan.wanted[table])).commit();
    }
    for (const table of stale) {
      before.set(table, await readPfTable(pf.run, pf.names[table]));
      await replacePfTable(pf, pf.names[table], nextFile(pf, table));
    }
  } catch (error) {
    for (const [table, held] of before) await putBack(pf, table, held);
    for (const table of stale) await removeFile(nextFile(pf, table));
    throw error;
  }
  for (const table of stale) await moveInPlace(nextFile(pf, table), pf.files[table]);
}

/** Takes away tables and files. @throws FirewallError or HostError */
export async function removeTables(pf: PfTables): Promise<void> {
  for (const table of ['block', 'allow'] as const) {
    await killPfTable(pf.run, pf.names[table]);
    await removeFile(pf.files[table]);
    await removeFile(nextFile(pf, table));
  }
}

function nextFile(pf: PfTables, table: TableName): string {
  return `${pf.files[table]}.new`;
}

/** Tables whose entries in pf, or whose file, differ from the plan. */
async function staleTables(pf: PfTables, plan: ApplyPlan): Promise<readonly TableName[]> {
  const stale: TableName[] = [];
  for (const { table, before, added, removed } of plan.changes) {
    const held = before !== null && added + removed === 0;
    const same = held && (await fileHolds(pf.files[table], plan.wanted[table]));
    if (!same) stale.push(table);
  }
  return stale;
}

async function fileHolds(path: string, wanted: PrefixTable): Promise<boolean> {
  const held = await readWholeTable(path);
  return held !== null && setHash(held) === setHash(wanted);
}

async function putBack(pf: PfTables, table: TableName, held: PrefixTable | null) {
  if (held === null) {
    await killPfTable(pf.run, pf.names[table]);
    return;
  }
  await (await stageTableFile(nextFile(pf, table), held)).commit();
  await replacePfTable(pf, pf.names[table], nextFile(pf, table));
}

async function moveInPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    throw new HostError(`writing ${to}: ${messageOf(cause)}`, { cause });
  }
}
