/** `RELOAD_PF=NO`: the table files are written, and the administrator has pf load them. */
import { countDifference } from '../../core/prefix-algebra.ts';
import { FirewallError } from '../../core/errors.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type {
  ApplyPlan,
  Enforced,
  EnforcedTable,
  Problem,
  TableChange,
  TableName,
} from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import type { PfTables } from '../pf/pf-table.ts';
import { readTableFile, stageTableFile } from '../table-file.ts';

const TABLES: readonly TableName[] = ['block', 'allow'];

/** What would change in the file of a table. */
export async function planFile(
  { files }: Pick<PfTables, 'files'>,
  table: TableName,
  wanted: PrefixTable,
): Promise<TableChange> {
  const held = await readOrNull(files[table]);
  return {
    table,
    before: held === null ? null : sizeOf(held),
    after: sizeOf(wanted),
    ...countDifference(held ?? EMPTY_TABLE, wanted),
  };
}

/** Writes the files that differ. @throws HostError; all files are then as they were */
export async function applyFiles({ files }: PfTables, plan: ApplyPlan): Promise<void> {
  const stale = plan.changes.filter(
    ({ before, added, removed }) => before === null || added + removed > 0,
  );
  const staged = [];
  try {
    for (const { table } of stale) {
      staged.push(await stageTableFile(files[table], plan.wanted[table]));
    }
  } catch (error) {
    for (const file of staged) await file.discard();
    throw error;
  }
  for (const file of staged) await file.commit();
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
  const table = await readOrNull(path);
  return table === null ? null : { entries: sizeOf(table), hash: setHash(table) };
}

/** A file that somebody damaged counts as none: it is written as a whole. */
async function readOrNull(path: string): Promise<PrefixTable | null> {
  try {
    return await readTableFile(path);
  } catch (error) {
    if (error instanceof FirewallError) return null;
    throw error;
  }
}
