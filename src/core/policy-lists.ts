import type { FetchedList } from './ports.ts';
import { subtract, union } from './prefix-algebra.ts';
import { EMPTY_TABLE, type PrefixTable } from './prefix-list.ts';
import { toTable } from './prefix-sort.ts';

/**
 * The entries of all lists. What a list excludes (APL negation, RFC 3123) is taken out of that list alone, whatever
 * the order of its items: DNS does not keep the order of records.
 */
export function joinLists(lists: readonly FetchedList[]): PrefixTable {
  const [first = EMPTY_TABLE, ...others] = lists.map(tableOf);
  return others.reduce(union, first);
}

function tableOf({ include, exclude }: FetchedList): PrefixTable {
  return subtract(toTable(include.v4, include.v6), toTable(exclude.v4, exclude.v6));
}
