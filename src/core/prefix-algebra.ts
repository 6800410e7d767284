/**
 * Tables as sets of entries: union and difference. Both walk two sorted tables once. What works on addresses
 * rather than on entries is in the files this one passes on.
 */
import { PrefixBuilder } from './prefix-builder.ts';
import { sizeOf, type PrefixList, type PrefixTable } from './prefix-list.ts';
import { compareEntries } from './prefix-order.ts';

export { addressCount, compactTable } from './prefix-compact.ts';
export { disjoint, overlapping } from './prefix-overlap.ts';
export { subtract } from './prefix-subtract.ts';

/** The entries of both, each once. */
export function union(a: PrefixTable, b: PrefixTable): PrefixTable {
  return { v4: unionOf(a.v4, b.v4), v6: unionOf(a.v6, b.v6) };
}

/** The entries that `after` has and `before` has not, and the other way round. */
export function difference(
  before: PrefixTable,
  after: PrefixTable,
): { added: PrefixTable; removed: PrefixTable } {
  return {
    added: { v4: entriesNotIn(after.v4, before.v4), v6: entriesNotIn(after.v6, before.v6) },
    removed: { v4: entriesNotIn(before.v4, after.v4), v6: entriesNotIn(before.v6, after.v6) },
  };
}

/** How many entries {@link difference} would name, without making lists of them. */
export function countDifference(
  before: PrefixTable,
  after: PrefixTable,
): { added: number; removed: number } {
  const common = countCommon(before.v4, after.v4) + countCommon(before.v6, after.v6);
  return { added: sizeOf(after) - common, removed: sizeOf(before) - common };
}

function countCommon(a: PrefixList, b: PrefixList): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.size && j < b.size;) {
    const order = compareEntries(a, i, b, j);
    if (order === 0) common += 1;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return common;
}

function unionOf(a: PrefixList, b: PrefixList): PrefixList {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const both = new PrefixBuilder(a.family, a.size + b.size);
  let j = 0;
  for (let i = 0; i < a.size; i += 1) {
    while (j < b.size && compareEntries(b, j, a, i) < 0) {
      both.addEntry(b, j);
      j += 1;
    }
    if (j < b.size && compareEntries(b, j, a, i) === 0) j += 1;
    both.addEntry(a, i);
  }
  for (; j < b.size; j += 1) both.addEntry(b, j);
  return both.toList();
}

function entriesNotIn(list: PrefixList, other: PrefixList): PrefixList {
  if (other.size === 0) return list;
  const missing = new PrefixBuilder(list.family);
  let j = 0;
  for (let i = 0; i < list.size; i += 1) {
    while (j < other.size && compareEntries(other, j, list, i) < 0) j += 1;
    if (j === other.size || compareEntries(other, j, list, i) > 0) missing.addEntry(list, i);
  }
  return missing.toList();
}
