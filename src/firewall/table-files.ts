/** Tables that are enforced by their files alone, and what a change of a table is. */
import { FirewallError } from '../core/errors.ts';
import { countDifference } from '../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../core/prefix-list.ts';
import type { ApplyPlan, TableChange, TableName } from '../core/ports.ts';
import { readTableFile, stageTableFile } from './table-file.ts';

/** What a table would become. @param held null: it is not there, or cannot be read */
export function tableChange(
  table: TableName,
  held: PrefixTable | null,
  wanted: PrefixTable,
): TableChange {
  return {
    table,
    before: held === null ? null : sizeOf(held),
    after: sizeOf(wanted),
    ...countDifference(held ?? EMPTY_TABLE, wanted),
  };
}

/** The table in a file. One that somebody damaged counts as none: it is written as a whole. */
export async function readWholeTable(path: string): Promise<PrefixTable | null> {
  try {
    return await readTableFile(path);
  } catch (error) {
    if (error instanceof FirewallError) return null;
    throw error;
  }
}

/** Writes the files of the tables that change. @throws HostError; all files are then as they were */
export async function applyTableFiles(
  plan: ApplyPlan,
  files: Readonly<Record<TableName, string>>,
): Promise<void> {
  const changed = plan.changes.filter(
    ({ before, added, removed }) => before === null || added + removed > 0,
  );
  const staged = [];
  try {
    for (const { table } of changed) {
      staged.push(await stageTableFile(files[table], plan.wanted[table]));
    }
  } catch (error) {
    await Promise.all(staged.map((file) => file.discard()));
    throw error;
  }
  for (const file of staged) await file.commit();
}
