import { noteEntries, type PolicyNote } from './policy-notes.ts';
import type { ResolvedOptions } from './policy-options.ts';
import { withoutWide } from './policy-width.ts';
import type { FetchedList, TableName } from './ports.ts';
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
  /** What is too wide, and in none of the above. */
  readonly notes: readonly PolicyNote[];
}

/**
 * The entries of all lists, but for those that are too wide to be meant. What a list excludes (APL negation, RFC 3123) is taken out of that list alone, whatever
 * the order of its items: DNS does not keep the order of records.
 */
export function joinLists(
  fetched: readonly FetchedList[],
  table: TableName,
  options: ResolvedOptions,
): JoinedLists {
  const parts = fetched.map((list) => withoutWide(list, table, options));
  const lists = parts.map(({ list }) => ({ name: list.name, table: tableOf(list) }));
  const [first = EMPTY_TABLE, ...others] = lists.map((list) => list.table);
  const wide = parts.map((part) => toTable(part.wide.v4, part.wide.v6)).reduce(union, EMPTY_TABLE);
  return {
    table: others.reduce(union, first),
    lists: others.length === 0 ? [] : lists,
    notes: noteEntries(wide, (named) => ({ kind: 'too-wide', table, ...named })),
  };
}

function tableOf({ include, exclude }: FetchedList): PrefixTable {
  return subtract(toTable(include.v4, include.v6), toTable(exclude.v4, exclude.v6));
}
