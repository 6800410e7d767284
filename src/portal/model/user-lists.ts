import { SettingsError } from '../../core/errors.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import { sizeOf } from '../../core/prefix-list.ts';
import { formatTable } from '../../core/prefix-text.ts';
import { countDifference } from '../../core/prefix-algebra.ts';
import { parseTable } from '../../core/prefix-text.ts';
import type { Store } from '../store.ts';
import type { Source } from '../tables/sources.ts';
import {
  ConflictError,
  NotFoundError,
  audited,
  checkNameOf,
  checkNote,
  type Change,
} from './change.ts';
import { readListText, type LineError } from './list-text.ts';

/** Lines of a list that cannot be used; nothing of the list was taken. */
export class ListTextError extends SettingsError {
  /** The first ones, by line. */
  readonly lines: readonly LineError[];
  /** How many there are. */
  readonly total: number;

  constructor(lines: readonly LineError[], total: number) {
    const [first] = lines;
    const more = total > 1 ? `, and ${total - 1} more` : '';
    super(`line ${first?.line ?? 0}: ${first?.message ?? 'not usable'}${more}`, {
      remedy: 'Nothing was changed. Correct these lines, or take them out, and try again.',
    });
    this.lines = lines;
    this.total = total;
  }
}

/** What a list is given. */
export interface ListRequest {
  /** One address or prefix a line; behind `#` and `;` there may be a comment. */
  readonly text?: string | Uint8Array;
  readonly note?: string;
}

/**
 * Makes a list, or replaces the entries or the note of one.
 * @throws ListTextError naming every bad line; SettingsError; ConflictError when the name is that of a feed
 */
export function saveUserList(change: Change, name: string, request: ListRequest): Source {
  const table = request.text === undefined ? null : readUserList(request.text);
  return saveList(change, name, table, request.note);
}

/** {@link saveUserList} with entries that were read before. */
export function saveUserTable(
  change: Change,
  name: string,
  table: PrefixTable,
  note?: string,
): Source {
  return saveList(change, name, table, note);
}

/** The entries of a text, as {@link saveUserList} takes them. @throws ListTextError naming every bad line */
function readUserList(text: string | Uint8Array): PrefixTable {
  const { table, errors, errorCount } = readListText(text);
  if (errors.length > 0) throw new ListTextError(errors, errorCount);
  return table;
}

/** Removes a list. @throws NotFoundError; ConflictError naming the policies that use it */
export function removeUserList(change: Change, name: string): void {
  const { store } = change;
  audited(change, () => {
    if (store.sources.get(name)?.kind !== 'list') throw new NotFoundError('list', name);
    checkUnused(store, name);
    store.sources.remove(name);
    return { result: undefined, action: 'list remove', target: name };
  });
}

/** @throws ConflictError naming the policies that use a source */
export function checkUnused(store: Store, source: string): void {
  const users = store.policies.using(source);
  if (users.length === 0) return;
  throw new ConflictError(`${source} is in the policy ${users.join(', ')}`, {
    remedy: 'Take it out of the policy first.',
  });
}

function saveList(change: Change, name: string, table: PrefixTable | null, note?: string): Source {
  const { store, clock } = change;
  return audited(change, () => {
    checkNameOf('list', name);
    const before = store.sources.get(name);
    if (before?.kind === 'feed') throw new ConflictError(`${name} is a feed`);
    store.sources.save(name, 'list', checkNote(note ?? before?.note ?? ''));
    const details = table === null ? '' : entriesChanged(store, name, table);
    if (table !== null) {
      store.sources.setPrefixes(name, formatTable(table), sizeOf(table), clock.now());
    }
    const result = store.sources.get(name) as Source;
    return { result, action: before === null ? 'list add' : 'list edit', target: name, details };
  });
}

function entriesChanged(store: Store, name: string, table: PrefixTable): string {
  const { added, removed } = countDifference(parseTable(store.sources.prefixes(name)), table);
  return `${added} entries added, ${removed} removed`;
}
