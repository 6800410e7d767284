import { PrefixBuilder } from './prefix-builder.ts';
import { compactList } from './prefix-compact.ts';
import { emptyList, type PrefixList, type PrefixTable } from './prefix-list.ts';
import { compareAddresses, containsEntry, overlapsEntry } from './prefix-order.ts';

/** The entries of `a` that have an address in common with `b`, whole. */
export function overlapping(a: PrefixTable, b: PrefixTable): PrefixTable {
  return { v4: select(a.v4, b.v4, true), v6: select(a.v6, b.v6, true) };
}

/** The entries of `a` that have no address in common with `b`. */
export function disjoint(a: PrefixTable, b: PrefixTable): PrefixTable {
  return { v4: select(a.v4, b.v4, false), v6: select(a.v6, b.v6, false) };
}

function select(a: PrefixList, b: PrefixList, overlap: boolean): PrefixList {
  if (a.size === 0 || b.size === 0) return overlap ? emptyList(a.family) : a;
  const selected = new PrefixBuilder(a.family);
  visitOverlaps(a, compactList(b, 0), (i, j) => {
    if (j >= 0 === overlap) selected.addEntry(a, i);
  });
  return selected.toList();
}

/**
 * Goes through `a` in order and calls `visit(i, j)` for each entry `i`, with `j` the first entry of `b` that
 * overlaps it, or -1.
 * @param a sorted
 * @param b sorted, no entry inside another: then both are gone through once
 */
export function visitOverlaps(
  a: PrefixList,
  b: PrefixList,
  visit: (i: number, j: number) => void,
): void {
  let j = 0;
  for (let i = 0; i < a.size; i += 1) {
    while (j < b.size && compareAddresses(b, j, a, i) < 0 && !containsEntry(b, j, a, i)) j += 1;
    visit(i, j < b.size && overlapsEntry(b, j, a, i) ? j : -1);
  }
}
