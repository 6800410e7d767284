/**
 * Tables as sets of entries: union and difference. Both walk two sorted tables once. What works on addresses
 * rather than on entries is in the files this one passes on.
 */
import { PrefixBuilder } from './prefix-builder.ts';
import { emptyList, sizeOf, type PrefixList, type PrefixTable } from './prefix-list.ts';
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
  const [v4, v6] = [differenceOf(before.v4, after.v4), differenceOf(before.v6, after.v6)];
  return {
    added: { v4: v4.added, v6: v6.added },
    removed: { v4: v4.removed, v6: v6.removed },
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
  addRest(both, b, j);
  return both.toList();
}

function differenceOf(
  before: PrefixList,
  after: PrefixList,
): { readonly added: PrefixList; readonly removed: PrefixList } {
  const none = emptyList(after.family);
  if (before.size === 0) return { added: after, removed: none };
  if (after.size === 0) return { added: none, removed: before };
  const added = new PrefixBuilder(after.family);
  const removed = new PrefixBuilder(after.family);
  let i = 0;
  let j = 0;
  while (i < before.size && j < after.size) {
    const order = compareEntries(before, i, after, j);
    if (order < 0) removed.addEntry(before, i);
    if (order > 0) added.addEntry(after, j);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  addRest(removed, before, i);
  addRest(added, after, j);
  return { added: added.toList(), removed: removed.toList() };
}

function addRest(to: PrefixBuilder, list: PrefixList, first: number): void {
  for (let i = first; i < list.size; i += 1) to.addEntry(list, i);
}
