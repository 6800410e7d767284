/**
 * From the lists of a policy to the tables that are enforced. Pure: equal lists and options give equal tables.
 */
import { compactToFit } from './policy-compact.ts';
import { carveGuarded } from './policy-guard.ts';
import { joinLists, type NamedTable } from './policy-lists.ts';
import { subtractAllowed } from './policy-allow.ts';
import { cutToLimit } from './policy-limit.ts';
import type { PolicyNote } from './policy-notes.ts';
import {
  resolveOptions,
  type CompileOptions,
  type ResolvedOptions,
  type StepResult,
} from './policy-options.ts';
import type { FetchedPolicy, PolicyTables, TableName } from './ports.ts';

export { describeNote, type PolicyNote } from './policy-notes.ts';
export type { CompileOptions, GuardedPrefix } from './policy-options.ts';

/** A policy that can be enforced. */
export interface CompiledPolicy {
  readonly tables: PolicyTables;
  /** What was done beyond what the lists say, in the order it was done. */
  readonly notes: readonly PolicyNote[];
  /** What each list says, of tables that are made from more than one. */
  readonly lists: Readonly<Record<TableName, readonly NamedTable[]>>;
}

/**
 * What is too wide is not even taken from the lists ({@link joinLists}), so that an allow list that holds 0.0.0.0/0 cannot
 * empty the block table and a block list that holds it is not split into a thousand pieces. Then the steps in order:
 * - the allow list, then the guard, on what the lists say, so that notes name entries of the lists;
 * - merging before cutting, because it loses nothing; cutting last, because only then the numbers are known.
 */
const STEPS: readonly ((tables: PolicyTables, options: ResolvedOptions) => StepResult)[] = [
  subtractAllowed,
  carveGuarded,
  compactToFit,
  cutToLimit,
];

/**
 * Makes the block and the allow table of a fetched policy. A table is the union of its lists; a list is what it
 * includes without what it excludes.
 */
export function compilePolicy(fetched: FetchedPolicy, options: CompileOptions): CompiledPolicy {
  const resolved = resolveOptions(options);
  const block = joinLists(fetched.block, 'block', resolved);
  const allow = joinLists(fetched.allow, 'allow', resolved);
  const notes: PolicyNote[] = [...block.notes, ...allow.notes];
  let tables: PolicyTables = { block: block.table, allow: allow.table };
  for (const step of STEPS) {
    const result = step(tables, resolved);
    tables = result.tables;
    notes.push(...result.notes);
  }
  return { tables, notes, lists: { block: block.lists, allow: allow.lists } };
}
