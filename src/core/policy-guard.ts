import type { PolicyNote } from './policy-notes.ts';
import type { GuardedPrefix, ResolvedOptions, StepResult } from './policy-options.ts';
import type { PolicyTables } from './ports.ts';
import { overlapping, subtract } from './prefix-algebra.ts';
import { sizeOf, type PrefixTable } from './prefix-list.ts';
import { createLookup } from './prefix-lookup.ts';
import { formatPrefix } from './prefix-text.ts';
import { tableOf } from './prefix-sort.ts';

/** Takes the guarded prefixes out of the block table. */
export function carveGuarded(
  { block, allow }: PolicyTables,
  { guard }: ResolvedOptions,
): StepResult {
  const hit = guardedIn(block, guard);
  if (hit.length === 0) return { tables: { block, allow }, notes: [] };
  const notes = hit.map((guarded) => noteOf(guarded, block));
  const carved = subtract(block, tableOf(hit.map(({ prefix }) => prefix)));
  return { tables: { block: carved, allow }, notes };
}

/** Those of the prefixes that the table has addresses of. */
export function guardedIn(
  table: PrefixTable,
  guard: readonly GuardedPrefix[],
): readonly GuardedPrefix[] {
  const lookup = createLookup(table);
  return guard.filter(({ prefix }) => lookup.overlaps(prefix));
}

function noteOf({ prefix, reason }: GuardedPrefix, block: PrefixTable): PolicyNote {
  const entries = sizeOf(overlapping(block, tableOf([prefix])));
  return { kind: 'carved', prefix: formatPrefix(prefix), reason, entries };
}
