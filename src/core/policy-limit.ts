import type { PolicyNote } from './policy-notes.ts';
import type { ResolvedOptions, StepResult } from './policy-options.ts';
import type { PolicyTables, TableName } from './ports.ts';
import { sizeOf } from './prefix-list.ts';
import { sampleTable } from './prefix-sample.ts';

/** Most entries of each table; Infinity: no limit. The allow table gets 20 % of the block table's, rounded down. */
export function limitsOf({ maxPolicySize }: ResolvedOptions): Record<TableName, number> {
  if (maxPolicySize === 0) return { block: Infinity, allow: Infinity };
  return { block: maxPolicySize, allow: Math.floor(maxPolicySize / 5) };
}

/**
 * Cuts each table to its limit. The capacity of the firewall does not cut: a table that is too small is a fault of the
 * host, which its driver names with the setting to change.
 *
 * Which entries stay is decided by a hash of the entry alone ({@link sampleTable}): of the orders to cut by,
 * - widest first keeps the coarse entries and drops the exact ones, narrowest first the other way round;
 * - address order leaves the upper end of the address space open, and all of IPv6;
 * - the order of the lists changes from answer to answer, as DNS rotates records;
 * - a hash takes the same share everywhere, and from one policy to the next one new entry displaces one entry at most.
 *
 * The block table was made with the whole allow list, so cutting the allow table never blocks an allowed address.
 */
export function cutToLimit(tables: PolicyTables, options: ResolvedOptions): StepResult {
  const limits = limitsOf(options);
  const notes: PolicyNote[] = [];
  const cut = { ...tables };
  for (const table of ['block', 'allow'] as const) {
    const size = sizeOf(tables[table]);
    if (size <= limits[table]) continue;
    cut[table] = sampleTable(tables[table], limits[table], options.testIndicator);
    notes.push({ kind: 'cut', table, cut: size - limits[table], kept: limits[table] });
  }
  return { tables: cut, notes };
}
