/** Whether pf has room for a policy, and what to change when it has not. */
import { formatCount } from '../../core/format-count.ts';
import { sizeOf } from '../../core/prefix-list.ts';
import type { PolicyTables, Problem, TableCapacity, TableName } from '../../core/ports.ts';
import type { PfTables } from './pf-table.ts';

/** What pf holds and may hold. */
export interface TableRoom {
  /** Most entries of all tables together (`set limit table-entries`). */
  readonly limit: number;
  /** Most entries that the kernel takes at once; null where it does not say. */
  readonly requestLimit: number | null;
  /** Entries of all tables by name, ours included. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** pf holds every table twice while it loads its ruleset. */
const TIMES = 2;
/** The least that is ever recommended. */
const RECOMMENDED = 400_000;
/** A recommended number is rounded up to this. */
const STEP = 100_000;

/**
 * When pf loads its ruleset it holds every table twice, so all tables must fit in two times; otherwise the next reload
 * would reject the whole ruleset.
 */
export function checkTableRoom(
  wanted: PolicyTables,
  room: TableRoom,
  { names, whereToRaise }: Pick<PfTables, 'names' | 'whereToRaise'>,
): readonly Problem[] {
  const policy = sizeOf(wanted.block) + sizeOf(wanted.allow);
  const { others } = splitSizes(room.sizes, names);
  const needed = TIMES * (policy + others);
  const largest = Math.max(sizeOf(wanted.block), sizeOf(wanted.allow));
  const raiseTo = recommended(needed);
  const remedy = `Set ${raiseTo} or more at ${whereToRaise}, or run "tsadmin update --raise-limit".`;
  if (needed > room.limit) {
    const message =
      `the policy (${formatCount(policy)} entries) and the other tables (${formatCount(others)}) need room for ${formatCount(needed)} table entries, ` +
      `pf is limited to ${formatCount(room.limit)}`;
    return [{ code: 'table-too-small', severity: 'error', message, remedy, raiseTo }];
  }
  if (room.requestLimit !== null && largest > room.requestLimit) {
    const message = `a table of ${formatCount(largest)} entries is more than the kernel takes at once (net.pf.request_maxcount is ${formatCount(room.requestLimit)})`;
    return [{ code: 'table-request-too-small', severity: 'error', message, remedy, raiseTo }];
  }
  return [];
}

/** How full the tables are. @param names the names of our tables on the host */
export function capacityOf(
  { limit, sizes }: Pick<TableRoom, 'limit' | 'sizes'>,
  names: Readonly<Record<TableName, string>>,
): TableCapacity {
  const { ours, others } = splitSizes(sizes, names);
  return { ours, others, limit, needed: TIMES * (ours + others) };
}

function splitSizes(
  sizes: ReadonlyMap<string, number>,
  names: Readonly<Record<TableName, string>>,
): Pick<TableCapacity, 'ours' | 'others'> {
  const known = new Set<string>(Object.values(names));
  let [ours, others] = [0, 0];
  for (const [name, size] of sizes) {
    if (known.has(name)) ours += size;
    else others += size;
  }
  return { ours, others };
}

/** The number to set, for people: round, and never below what pfSense itself recommends, which is twice pf's own. */
export function recommended(needed: number): number {
  return Math.max(RECOMMENDED, Math.ceil(needed / STEP) * STEP);
}
