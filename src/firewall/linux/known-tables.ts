/**
 * What large tables held when their sets were last read or changed by us, kept in a file: reading a million entries back
 * takes seconds, and each process and thread has a driver of its own.
 */
import type { EnforcedTable, TableName } from '../../core/ports.ts';
import { removeFile, writeFileAtomic } from '../../system/atomic-file.ts';
import { readTextOrNull } from '../../system/read-text.ts';
import type { SetHeader } from './parse-sets.ts';

/** A table and the sets it is in, as the kernel told of them. */
export interface KnownTable extends EnforcedTable {
  /** When its sets were last read entry by entry, ms since 1970; what was changed since is included. */
  readonly readAt: number;
  readonly sets: readonly KnownSet[];
}

/** A set is the same as long as its identity and its number of entries are. */
export type KnownSet = Pick<SetHeader, 'name' | 'identity' | 'entries'>;

/** The file. Whoever changes a set forgets its table first, and says what it holds when that is certain. */
export interface KnownTables {
  /** Null: the table has to be read. */
  recall(table: TableName): Promise<KnownTable | null>;
  remember(table: TableName, known: KnownTable): Promise<void>;
  forget(table: TableName): Promise<void>;
}

/** Whether all sets are as they were. A kernel that gives sets no identity is never believed. */
export function isStill({ sets }: KnownTable, now: readonly KnownSet[]): boolean {
  const identified = now.every(({ identity }) => identity !== '');
  return identified && now.length === sets.length && textOf(now) === textOf(sets);
}

/** @param folder gets a file for each table, see `format` */
export function createKnownTables(folder: string): KnownTables {
  const pathOf = (table: TableName): string => `${folder}/linux-${table}`;
  return {
    async recall(table) {
      const text = await readTextOrNull(pathOf(table));
      return text === null ? null : parse(text);
    },
    remember: (table, known) => writeFileAtomic(pathOf(table), format(known)),
    forget: (table) => removeFile(pathOf(table)),
  };
}

/**
 * ```
 * table 1000000 0f3c…e1 1795270000000
 * set TSblocknet 0xf8f48e15 150000
 * set TSblockaddr 0x65de54f2 850000
 * end
 * ```
 */
function format({ entries, hash, readAt, sets }: KnownTable): string {
  return `table ${entries} ${hash} ${readAt}\n${textOf(sets)}end\n`;
}

/** The sets as lines, whatever their order: equal texts, equal sets. */
export function textOf(sets: readonly KnownSet[]): string {
  return sets
    .map(({ name, identity, entries }) => `set ${name} ${identity} ${entries}\n`)
    .toSorted()
    .join('');
}

/** Null for anything else than what {@link format} writes. */
function parse(text: string): KnownTable | null {
  const [head, entries = '', hash = '', readAt = ''] =
    /^table (\d+) ([0-9a-f]{64}) (\d+)\n/.exec(text) ?? [];
  if (head === undefined) return null;
  const sets = [...text.matchAll(/^set (\S+) (\S+) (\d+)$/gm)].map(
    ([, name = '', identity = '', count]) => ({ name, identity, entries: Number(count) }),
  );
  const known = { entries: Number(entries), hash, readAt: Number(readAt), sets };
  return format(known) === text ? known : null;
}
