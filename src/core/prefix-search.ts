/** Binary search in sorted lists, for questions that are asked too seldom to prepare a look-up for. */
import type { Prefix, PrefixList, PrefixTable } from './prefix-list.ts';
import { compareEntries, containsEntry, listOf } from './prefix-order.ts';
import { PrefixBuilder } from './prefix-builder.ts';

/** Index of the last entry of a sorted list that comes before the only entry of `one` or equals it; -1: none. */
export function lastUpTo(list: PrefixList, one: PrefixList): number {
  let low = 0;
  let high = list.size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareEntries(list, middle, one, 0) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether the table has this very entry. */
export function hasEntry(table: PrefixTable, prefix: Prefix): boolean {
  return hasOnly(listFor(table, prefix), listOf(prefix.family, [prefix]));
}

/** Whether one entry of the table contains the prefix. */
export function isCovered(table: PrefixTable, prefix: Prefix): boolean {
  const list = listFor(table, prefix);
  for (let length = prefix.length; length >= 0; length -= 1) {
    const around = new PrefixBuilder(prefix.family, 1);
    around.add({ ...prefix, length });
    if (hasOnly(list, around.toList())) return true;
  }
  return false;
}

/** Whether the table has an address in common with the prefix. */
export function meetsTable(table: PrefixTable, prefix: Prefix): boolean {
  if (isCovered(table, prefix)) return true;
  const list = listFor(table, prefix);
  const one = listOf(prefix.family, [prefix]);
  const next = lastUpTo(list, one) + 1;
  return next < list.size && containsEntry(one, 0, list, next);
}

function hasOnly(list: PrefixList, one: PrefixList): boolean {
  const index = lastUpTo(list, one);
  return index >= 0 && compareEntries(list, index, one, 0) === 0;
}

function listFor(table: PrefixTable, prefix: Prefix): PrefixList {
  return prefix.family === 4 ? table.v4 : table.v6;
}
