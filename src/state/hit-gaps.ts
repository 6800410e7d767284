import type { GapRecord } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';

/** Lines known to be lost. */
export interface Gaps {
  /** Records a gap; one of the same log and reason that is not reported yet grows instead. */
  add(gap: GapRecord): void;
  /** Those not reported yet, oldest first; `batch` reports them now. */
  takeFor(batch: string): readonly GapRecord[];
  count(): number;
  newest(limit: number): readonly GapRecord[];
}

interface GapRow {
  readonly source: string;
  readonly reason: string;
  readonly from_time: number;
  readonly to_time: number;
  readonly bytes: number | null;
  readonly lines: number | null;
}

/** Gaps kept; older ones that were reported go. */
const KEPT_GAPS = 1_000;

/** The gaps in the database. */
export function createGaps(database: Database): Gaps {
  const grow = database.prepare(
    `UPDATE log_gaps SET to_time = ?, bytes = bytes + ?, lines = lines + ?
     WHERE batch IS NULL AND source = ? AND reason = ?`,
  );
  const insert = database.prepare(
    'INSERT INTO log_gaps (from_time, to_time, bytes, lines, source, reason) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const select = database.prepare('SELECT * FROM log_gaps WHERE batch IS NULL ORDER BY id');
  const assign = database.prepare('UPDATE log_gaps SET batch = ? WHERE batch IS NULL');
  const prune = database.prepare(
    'DELETE FROM log_gaps WHERE batch IS NOT NULL AND id <= (SELECT max(id) FROM log_gaps) - ?',
  );
  const newest = database.prepare('SELECT * FROM log_gaps ORDER BY id DESC LIMIT ?');
  const total = database.prepare('SELECT count(*) AS gaps FROM log_gaps');
  return {
    add({ source, reason, from, to, bytes, lines }) {
      const grown = grow.run(to, bytes, lines, source, reason);
      if (grown.changes === 0) insert.run(from, to, bytes, lines, source, reason);
    },
    takeFor(batch) {
      const gaps = select.all().map((row) => gapOf(row as GapRow));
      if (gaps.length > 0) assign.run(batch);
      prune.run(KEPT_GAPS);
      return gaps;
    },
    newest: (limit) => newest.all(limit).map((row) => gapOf(row as GapRow)),
    count: () => (total.get() as { gaps: number }).gaps,
  };
}

function gapOf(row: GapRow): GapRecord {
  const { source, reason, bytes, lines } = row;
  return { source, reason, from: row.from_time, to: row.to_time, bytes, lines };
}
