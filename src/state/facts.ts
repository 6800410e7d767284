import type { Database } from '../system/sqlite.ts';

/** Single named values in the database. */
export interface Facts {
  get(name: string): string | null;
  set(name: string, value: string): void;
  /** Removes the fact, and all whose name starts with `<name>.`. */
  remove(name: string): void;
}

/** The table of single values. */
export function createFacts(database: Database): Facts {
  const select = database.prepare('SELECT value FROM facts WHERE name = ?');
  const upsert = database.prepare(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const erase = database.prepare(
    "DELETE FROM facts WHERE name = ? OR substr(name, 1, length(?) + 1) = ? || '.'",
  );
  return {
    get: (name) => (select.get(name) as { value: string } | undefined)?.value ?? null,
    set: (name, value) => void upsert.run(name, value),
    remove: (name) => void erase.run(name, name, name),
  };
}
