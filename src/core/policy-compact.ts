import type { PolicyNote } from './policy-notes.ts';
import type { ResolvedOptions, StepResult } from './policy-options.ts';
import { limitsOf } from './policy-limit.ts';
import type { PolicyTables, TableName } from './ports.ts';
import { compactTable, union } from './prefix-algebra.ts';
import { sizeOf, type Prefix, type PrefixTable } from './prefix-list.ts';
import { listOf } from './prefix-order.ts';
import { hasEntry } from './prefix-search.ts';

/**
 * Merges neighbours, always or (`auto`) in a table that is over its limit, and in both when they do not fit into the
 * firewall together. The merged entries hold the same addresses, but a hit then names a wider entry than the list did:
 * so not without need. Merging makes nothing wider than a list may have.
 */
export function compactToFit(tables: PolicyTables, options: ResolvedOptions): StepResult {
  const notes: PolicyNote[] = [];
  const compacted = { ...tables };
  for (const table of ['block', 'allow'] as const) {
    if (!isWanted(table, tables, options)) continue;
    const after = compactOne(tables[table], options);
    const [had, has] = [sizeOf(tables[table]), sizeOf(after)];
    if (has >= had) continue;
    compacted[table] = after;
    notes.push({ kind: 'compacted', table, before: had, after: has });
  }
  return { tables: compacted, notes };
}

function isWanted(table: TableName, tables: PolicyTables, options: ResolvedOptions): boolean {
  if (options.compact !== 'auto') return options.compact === 'always';
  const both = sizeOf(tables.block) + sizeOf(tables.allow);
  const overCapacity = options.capacity !== null && both > options.capacity;
  return overCapacity || sizeOf(tables[table]) > limitsOf(options)[table];
}

function compactOne(table: PrefixTable, options: ResolvedOptions): PrefixTable {
  const widest = { v4: Math.max(1, options.maxWidth4), v6: Math.max(1, options.maxWidth6) };
  const compacted = compactTable(table, widest);
  const { testIndicator } = options;
  return hasEntry(table, testIndicator) ? union(compacted, tableOfOne(testIndicator)) : compacted;
}

function tableOfOne(prefix: Prefix): PrefixTable {
  return { v4: listOf(4, [prefix]), v6: listOf(6, [prefix]) };
}
