import type { Database } from '../system/sqlite.ts';

/** What is counted: over the life of the database, in lines; `recent_bytes`: the size of the hits kept now. */
export type CounterName = 'collected' | 'unreadable' | 'uploaded' | 'dropped' | 'recent_bytes';

/** Numbers kept in the database. */
export interface Counters {
  add(name: CounterName, amount: number): void;
  get(name: CounterName): number;
}

/** The counters in the database; called inside the transaction of what is counted. */
export function createCounters(database: Database): Counters {
  const upsert = database.prepare(
    `INSERT INTO hit_counters (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = value + excluded.value`,
  );
  const select = database.prepare('SELECT value FROM hit_counters WHERE name = ?');
  return {
    add(name, amount) {
      if (amount !== 0) upsert.run(name, amount);
    },
    get: (name) => (select.get(name) as { value: number } | undefined)?.value ?? 0,
  };
}
