/** A table of the policy beside what its sets hold. */
import { countDifference } from '../../core/prefix-algebra.ts';
import { emptyList, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { PolicyTables, TableChange, TableName } from '../../core/ports.ts';
import { tableChange } from '../table-files.ts';
import { heldSets, stateOf, type SetsNow } from './held-tables.ts';
import type { LinuxHost } from './host.ts';
import { changesTo, contentsOf, type HeldSets, type SetChange } from './set-changes.ts';
import { joinNetworks } from './set-content.ts';
import { rolesOf, setName } from './set-names.ts';

/** What the sets of a table hold, and how they get to what they are to hold. */
export interface Comparison {
  readonly held: HeldSets;
  readonly steps: readonly SetChange[];
  /** The same, told as the table's entries. */
  readonly change: TableChange;
}

/** Comparisons of the tables of one policy, each with the state of the sets that it is true for. */
export type ComparedTables = Map<TableName, { readonly state: string; readonly made: Comparison }>;

/**
 * Compares a table of the policy with its sets. The plan and the apply of a large table share one comparison, as long as
 * the sets are the same: each takes a tenth of what loading them takes.
 * @throws FirewallError when the policy is damaged; HostError
 */
export async function compareTable(
  host: LinuxHost,
  now: SetsNow,
  table: TableName,
  policy: PolicyTables,
): Promise<Comparison> {
  const tables: ComparedTables = host.compared.get(policy) ?? new Map<never, never>();
  host.compared.set(policy, tables);
  const last = tables.get(table);
  if (last !== undefined && last.state === (await stateOf(host, now, table))) return last.made;
  const made = compare(now.prefix, table, await heldSets(host, now, table), policy[table]);
  // Reading the sets may have made them known.
  const state = await stateOf(host, now, table);
  if (state !== null) tables.set(table, { state, made });
  return made;
}

function compare(
  prefix: string,
  table: TableName,
  held: HeldSets,
  wanted: PrefixTable,
): Comparison {
  const steps = changesTo(prefix, held, contentsOf(prefix, table, wanted));
  const isThere = rolesOf(table).every((role) => held.get(setName(prefix, role))?.fault === null);
  return {
    held,
    steps,
    change: isThere ? changeOf(table, held, steps) : tableChange(table, null, wanted),
  };
}

/** Sets of addresses hold entries of the table as they are; what sets of networks hold stands for them. */
function changeOf(table: TableName, held: HeldSets, steps: readonly SetChange[]): TableChange {
  const addresses = steps.filter(({ role }) => role.kind === 'addr');
  const before = networks(steps, ({ name }) => held.get(name)?.entries);
  const after = networks(steps, ({ wanted }) => wanted);
  const changed = countDifference(before, after);
  return {
    table,
    before: sizeOf(before) + sum(addresses, ({ name }) => held.get(name)?.entries.size ?? 0),
    after: sizeOf(after) + sum(addresses, ({ wanted }) => wanted.size),
    added: changed.added + sum(addresses, ({ added }) => added.size),
    removed: changed.removed + sum(addresses, ({ removed }) => removed.size),
  };
}

function networks(
  steps: readonly SetChange[],
  entriesOf: (step: SetChange) => SetChange['wanted'] | undefined,
): PrefixTable {
  const listOf = (family: 4 | 6) => {
    const step = steps.find(({ role }) => role.kind === 'net' && role.family === family);
    return (step === undefined ? undefined : entriesOf(step)) ?? emptyList(family);
  };
  return joinNetworks({ v4: listOf(4), v6: listOf(6) });
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
