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
  const all = database.prepare('SELECT record FROM policies ORDER BY id DESC');
  const newest = database.prepare('SELECT record FROM policies ORDER BY id DESC LIMIT 1');
  const other = database.prepare(
    `SELECT record FROM policies
     WHERE json_extract(record, '$.tables') <>
       (SELECT json_extract(record, '$.tables') FROM policies ORDER BY id DESC LIMIT 1)
     ORDER BY id DESC LIMIT 1`,
  );
  const first = database.prepare(
    `SELECT record FROM policies
     WHERE id > coalesce((SELECT max(id) FROM policies
       WHERE json_extract(record, '$.tables') <> json_extract(?, '$.tables')), 0)
     ORDER BY id LIMIT 1`,
  );
  return {
    record(policy) {
      database.transaction(() => {
        insert.run(policy.takenAt, JSON.stringify(policy));
        prune.run(KEPT_POLICIES);
      });
    },
    current: () => toRecord(newest.get()),
    recent: () =>
      all
        .all()
        .map((row) => toRecord(row))
        .filter((policy) => policy !== null),
    previous: () => toRecord(other.get()),
    currentSince() {
      const current = newest.get() as Row | undefined;
      return current === undefined ? null : toRecord(first.get(current.record));
    },
    clear: () => database.exec('DELETE FROM policies'),
  };
}

interface Row {
  readonly record: string;
}

/** Records of an earlier release have no guard, no doubts, and no tables of lists. */
function toRecord(row: unknown): PolicyRecord | null {
  if (row === undefined) return null;
  const record = JSON.parse((row as Row).record) as PolicyRecord;
  return {
    ...{ guard: [], carved: [], doubts: [], listTables: { block: [], allow: [] } },
    ...record,
  };
}
