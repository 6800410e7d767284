import type { Database } from '../../system/sqlite.ts';

/** Single values of the portal: ports, serials, its own address. */
export interface ValueTable {
  /** Null when it was never set. */
  get(name: string): string | null;
  set(name: string, value: string): void;
  /** The whole number stored under the name; 0 when there is none. */
  number(name: string): number;
  /** The number after {@link number}, stored. */
  next(name: string): number;
}

/** The table `kv`. */
export function createValueTable(database: Database): ValueTable {
  const select = database.prepare('SELECT value FROM kv WHERE name = ?');
  const upsert = database.prepare(
    'INSERT INTO kv (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const get = (name: string): string | null => {
    const row = select.get(name) as { value: string } | undefined;
    return row?.value ?? null;
  };
  const number = (name: string): number => Number(get(name) ?? 0);
  return {
    get,
    set: (name, value) => void upsert.run(name, value),
    number,
    next: (name) => {
      const value = number(name) + 1;
      upsert.run(name, String(value));
      return value;
    },
  };
}
