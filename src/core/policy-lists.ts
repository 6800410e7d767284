import type { FetchedList } from './ports.ts';
import { subtract, union } from './prefix-algebra.ts';
import { EMPTY_TABLE, type PrefixTable } from './prefix-list.ts';
import { toTable } from './prefix-sort.ts';

/** One list as a table. */
export interface NamedTable {
  readonly name: string;
  readonly table: PrefixTable;
}

/** The entries of some lists. */
export interface JoinedLists {
  readonly table: PrefixTable;
  /** Where there is more than one list: what each of them says. One list says what the table says. */
  readonly lists: readonly NamedTable[];
}

/**
 * The entries of all lists. What a list excludes (APL negation, RFC 3123) is taken out of that list alone, whatever
 * the order of its items: DNS does not keep the order of records.
 */
export function joinLists(fetched: readonly FetchedList[]): JoinedLists {
  const lists = fetched.map((list) => ({ name: list.name, table: tableOf(list) }));
  const [first = EMPTY_TABLE, ...others] = lists.map(({ table }) => table);
  return { table: others.reduce(union, first), lists: others.length === 0 ? [] : lists };
}

function tableOf({ include, exclude }: FetchedList): PrefixTable {
  return subtract(toTable(include.v4, include.v6), toTable(exclude.v4, exclude.v6));
}
