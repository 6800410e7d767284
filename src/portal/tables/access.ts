import type { Database } from '../../system/sqlite.ts';

/** Addresses that may use the policy service, beside those of devices. */
export interface AccessEntry {
  /** Canonical text, e.g. `198.51.100.0/24`. */
  readonly prefix: string;
  readonly note: string;
}

/** The access list. */
export interface AccessTable {
  /** By prefix. */
  all(): readonly AccessEntry[];
  add(entry: AccessEntry): void;
  /** @returns false when there is none */
  remove(prefix: string): boolean;
}

/** The table `access`. */
export function createAccessTable(database: Database): AccessTable {
  const select = database.prepare('SELECT prefix, note FROM access ORDER BY prefix');
  const insert = database.prepare('INSERT OR REPLACE INTO access VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM access WHERE prefix = ?');
  return {
    all: () => select.all() as AccessEntry[],
    add: ({ prefix, note }) => void insert.run(prefix, note),
    remove: (prefix) => remove.run(prefix).changes > 0,
  };
}
