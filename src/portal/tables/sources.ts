import type { Database } from '../../system/sqlite.ts';
import type { ValueTable } from './values.ts';

/** A feed is fetched; a list is written by people. */
export type SourceKind = 'feed' | 'list';

/** A source of entries, without them. */
export interface Source {
  readonly name: string;
  readonly kind: SourceKind;
  readonly note: string;
  readonly entries: number;
  /** Number of the change that gave it its entries; see {@link CHANGES}. */
  readonly changed: number;
  /** When its entries changed last, milliseconds since 1970. */
  readonly updated: number;
}

/** Feeds and user lists: what policies are made of. */
export interface SourceTable {
  get(name: string): Source | null;
  /** By name. */
  all(): readonly Source[];
  /** The entries as a table file (one prefix a line, sorted); empty when there is no such source. */
  prefixes(name: string): Uint8Array;
  /** Makes a source without entries, or gives one another note. */
  save(name: string, kind: SourceKind, note: string): void;
  /**
   * Replaces the entries.
   * @param prefixes a table file in its one canonical form, so that equal lists have equal bytes
   * @param now milliseconds since 1970
   * @returns whether anything changed
   */
  setPrefixes(name: string, prefixes: Uint8Array, entries: number, now: number): boolean;
  remove(name: string): void;
}

/** The counter of changes of sources and policies: what was published before the last one is out of date. */
export const CHANGES = 'changes';

const COLUMNS = 'name, kind, note, entries, changed, updated';

/** The table `sources`. */
export function createSourceTable(database: Database, values: ValueTable): SourceTable {
  const select = database.prepare(`SELECT ${COLUMNS} FROM sources WHERE name = ?`);
  const selectAll = database.prepare(`SELECT ${COLUMNS} FROM sources ORDER BY name`);
  const selectPrefixes = database.prepare('SELECT prefixes FROM sources WHERE name = ?');
  const upsert = database.prepare(
    `INSERT INTO sources (name, kind, note, entries, prefixes, changed, updated)
     VALUES (?, ?, ?, 0, x'', 0, 0)
     ON CONFLICT (name) DO UPDATE SET note = excluded.note`,
  );
  const update = database.prepare(
    'UPDATE sources SET prefixes = ?, entries = ?, changed = ?, updated = ? WHERE name = ?',
  );
  const remove = database.prepare('DELETE FROM sources WHERE name = ?');
  const prefixes = (name: string): Uint8Array => {
    const row = selectPrefixes.get(name) as { prefixes: Uint8Array } | undefined;
    return row?.prefixes ?? new Uint8Array(0);
  };
  return {
    get: (name) => (select.get(name) as Source | undefined) ?? null,
    all: () => selectAll.all() as Source[],
    prefixes,
    save: (name, kind, note) => void upsert.run(name, kind, note),
    setPrefixes: (name, bytes, entries, now) => {
      if (Buffer.compare(prefixes(name), bytes) === 0) return false;
      update.run(bytes, entries, values.next(CHANGES), now, name);
      return true;
    },
    remove: (name) => void remove.run(name),
  };
}
