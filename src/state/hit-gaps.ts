import type { GapLine } from '../protocol/upload.ts';
import type { Database } from '../system/sqlite.ts';

/** A gap and the log it is in. */
export interface Gap extends GapLine {
  /** The log, as `LogSource.name`. */
  readonly source: string;
}

/** Lines known to be lost. */
export interface Gaps {
  /** Records a gap; one of the same log and reason that is not reported yet grows instead. */
  add(gap: Gap): void;
  /** Those not reported yet, oldest first; `batch` reports them now. */
  takeFor(batch: string): readonly Gap[];
  count(): number;
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
    count: () => (total.get() as { gaps: number }).gaps,
  };
}

function gapOf(row: GapRow): Gap {
  const { source, reason, bytes, lines } = row;
  return { source, reason, from: row.from_time, to: row.to_time, bytes, lines };
}
