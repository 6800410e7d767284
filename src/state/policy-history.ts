import type { PolicyHistory, PolicyRecord } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';

/** Policies kept; older ones go. */
const KEPT_POLICIES = 50;

/** The policies enforced so far, in the database. */
export function createPolicyHistory(database: Database): PolicyHistory {
  const insert = database.prepare('INSERT INTO policies (taken_at, record) VALUES (?, ?)');
  const prune = database.prepare(
    'DELETE FROM policies WHERE id <= (SELECT max(id) FROM policies) - ?',
  );
  const newest = database.prepare('SELECT record FROM policies ORDER BY id DESC LIMIT 1');
  return {
    record(policy) {
      database.transaction(() => {
        insert.run(policy.takenAt, JSON.stringify(policy));
        prune.run(KEPT_POLICIES);
      });
    },
    current() {
      const row = newest.get() as { record: string } | undefined;
      return row === undefined ? null : (JSON.parse(row.record) as PolicyRecord);
    },
    clear: () => database.exec('DELETE FROM policies'),
  };
}
