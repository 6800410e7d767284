/** Which lists of a policy an entry of its tables comes from. */
import type { Prefix } from '../core/prefix-list.ts';
import { hasEntry, meetsTable } from '../core/prefix-search.ts';
import { formatPrefix } from '../core/prefix-text.ts';
import type { PolicyRecord, PolicyStore, TableName } from '../core/ports.ts';
import type { DecidingEntry } from './agent.ts';

/** Entries shown at most. */
export const MAX_ENTRIES = 20;

/** An entry, and the table it is in. */
interface TableEntry {
  readonly table: TableName;
  readonly entry: Prefix;
}

/** What one list has of an entry. */
interface Held {
  readonly name: string;
  /** Which of the entries it has. */
  readonly entries: readonly boolean[];
  /** Whether it has an address of what was asked for. */
  readonly meets: boolean;
}

/**
 * The entries with the lists that have them, 20 at most. Where a table was made from several lists, these are read from
 * disk one after the other: a million entries take some 70 ms, and 5 MB for each million in one list.
 * @param asked what was asked for
 */
export async function namedLists(
  policyStore: PolicyStore,
  record: PolicyRecord | null,
  asked: Prefix,
  all: readonly TableEntry[],
): Promise<readonly DecidingEntry[]> {
  const shown = all.slice(0, MAX_ENTRIES);
  const named: DecidingEntry[] = [];
  for (const table of ['allow', 'block'] as const) {
    const entries = shown.filter((one) => one.table === table).map(({ entry }) => entry);
    const lists = await listsOf(policyStore, record, table, { asked, entries });
    entries.forEach((entry, index) => {
      named.push({ table, prefix: formatPrefix(entry), lists: lists[index] ?? [] });
    });
  }
  return named;
}

/** The lists of each entry. */
async function listsOf(
  policyStore: PolicyStore,
  record: PolicyRecord | null,
  table: TableName,
  { asked, entries }: { readonly asked: Prefix; readonly entries: readonly Prefix[] },
): Promise<readonly (readonly string[])[]> {
  if (record === null || entries.length === 0) return [];
  const names = table === 'block' ? record.blockLists : record.allowLists;
  if (names.length === 1) return entries.map(() => names);
  const held: Held[] = [];
  for (const { name, hash } of record.listTables[table]) {
    const list = await policyStore.loadTable(hash);
    if (list === null) continue;
    const has = entries.map((entry) => hasEntry(list, entry));
    held.push({ name, entries: has, meets: meetsTable(list, asked) });
  }
  return entries.map((_, index) => {
    const having = held.filter(({ entries: has }) => has[index]);
    return namesOf(having.length > 0 ? having : held.filter(({ meets }) => meets));
  });
}

/** A list may be named twice in the settings. */
function namesOf(held: readonly Held[]): readonly string[] {
  return [...new Set(held.map(({ name }) => name))];
}
