import type { Exemption, ExemptionStore } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';

/** The table, as a step of the schema (`migrations.ts`). until: null = for good. */
export const EXEMPTION_TABLE = `
  CREATE TABLE exemptions (
    prefix TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    until INTEGER,
    created INTEGER NOT NULL,
    actor TEXT NOT NULL
  ) WITHOUT ROWID;
`;

/** The exemptions in the database. */
export function createExemptionStore(database: Database): ExemptionStore {
  const save = database.prepare(
    'INSERT OR REPLACE INTO exemptions (prefix, action, until, created, actor) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM exemptions WHERE prefix = ?');
  const ended = database.prepare('DELETE FROM exemptions WHERE until <= ?');
  const alive = 'SELECT * FROM exemptions WHERE (until IS NULL OR until > ?)';
  const all = database.prepare(`${alive} ORDER BY prefix`);
  const one = database.prepare(`${alive} AND prefix = ?`);
  return {
    save: ({ prefix, action, until, created, actor }) =>
      void save.run(prefix, action, until, created, actor),
    remove: (prefix) => void remove.run(prefix),
    find: (prefix, now) => (one.get(now, prefix) as Exemption | undefined) ?? null,
    active(now) {
      ended.run(now);
      return all.all(now) as Exemption[];
    },
    clear: () => database.exec('DELETE FROM exemptions'),
  };
}
