/** `RELOAD_PF=NO`: the table files are written, and the administrator has pf load them. */
import { sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { Enforced, EnforcedTable, Problem, TableChange, TableName } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import type { PfTables } from '../pf/pf-table.ts';
import { readWholeTable, tableChange } from '../table-files.ts';

const TABLES: readonly TableName[] = ['block', 'allow'];

/** What would change in the file of a table. */
export async function planFile(
  { files }: Pick<PfTables, 'files'>,
  table: TableName,
  wanted: PrefixTable,
): Promise<TableChange> {
  return tableChange(table, await readWholeTable(files[table]), wanted);
}

/**
 * The tables as the files have them, which is all that the agent answers for.
 * @param held the tables as pf has them; those that differ are problems, because that is what is enforced
 */
export async function readFiles(
  { files, names }: PfTables,
  held: Enforced['tables'],
  problems: Problem[],
): Promise<Enforced['tables']> {
  const written = { block: await summaryOf(files.block), allow: await summaryOf(files.allow) };
  const differing = TABLES.filter((table) => written[table]?.hash !== held[table]?.hash);
  if (differing.length > 0) {
    problems.push({
      code: 'pf-not-reloaded',
      severity: 'error',
      message: `pf does not hold what the file of ${differing.map((table) => names[table]).join(' and ')} has, and RELOAD_PF is NO`,
      remedy: 'Run "pfctl -f /etc/pf.conf", or set RELOAD_PF to YES.',
    });
  }
  return written;
}

async function summaryOf(path: string): Promise<EnforcedTable | null> {
  const table = await readWholeTable(path);
  return table === null ? null : { entries: sizeOf(table), hash: setHash(table) };
}
