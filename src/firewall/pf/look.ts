/** Looking at pf: how large its tables are, what its limit is, what ours hold. */
import { FirewallError, HostError } from '../../core/errors.ts';
import type { Enforced, EnforcedTable, Problem, TableName } from '../../core/ports.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { SHOW_LIMITS, SHOW_TABLES } from './commands.ts';
import { parseTableLimit, parseTableSizes } from './parse.ts';
import type { PfTables } from './pf-table.ts';
import type { ReadBack } from './read-back.ts';
import { capacityOf } from './table-room.ts';

/** All tables of pf and the number of their entries. @throws HostError */
export async function readSizes(run: RunCommand): Promise<ReadonlyMap<string, number>> {
  return parseTableSizes((await run(SHOW_TABLES)).stdout);
}

/** The most entries that all tables may have together. @throws FirewallError or HostError */
export async function readLimit(run: RunCommand): Promise<number> {
  return parseTableLimit((await run(SHOW_LIMITS)).stdout);
}

/** How full the tables are. Without a limit that can be read there is no bar on the page; a plan refuses then, and says why. */
export async function readCapacity(
  { run, names }: Pick<PfTables, 'run' | 'names'>,
  sizes: ReadonlyMap<string, number>,
): Promise<Pick<Enforced, 'capacity'>> {
  try {
    return { capacity: capacityOf({ limit: await readLimit(run), sizes }, names) };
  } catch (error) {
    if (error instanceof FirewallError || error instanceof HostError) return {};
    throw error;
  }
}

/** How tables are read. */
export interface TableLook {
  readonly readTable: ReadBack;
  /** As {@link readSizes} has them. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly maxAgeMs: number;
  /** Gets a problem for each table that cannot be read. */
  readonly problems: Problem[];
}

/** Our tables as pf holds them. @throws HostError */
export async function readTables(pf: PfTables, look: TableLook): Promise<Enforced['tables']> {
  const read = (table: TableName) => look.readTable(pf, table, look.sizes, look.maxAgeMs);
  return {
    block: await readBack(() => read('block'), look.problems),
    allow: await readBack(() => read('allow'), look.problems),
  };
}

async function readBack(
  read: () => Promise<EnforcedTable | null>,
  problems: Problem[],
): Promise<EnforcedTable | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FirewallError)) throw error;
    const { message, remedy } = error;
    problems.push({ code: 'table-unreadable', severity: 'error', message, remedy });
    return null;
  }
}
