/**
 * The tables of the hits path, as steps of the schema (`migrations.ts`). Append-only: never change one that was
 * released. Times are milliseconds since 1970.
 */
export const HIT_TABLES: readonly string[] = [
  `
  -- How far each log was read. moved_at: when that was noted, the start of a gap.
  CREATE TABLE log_positions (
    source TEXT PRIMARY KEY,
    position TEXT NOT NULL,
    moved_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- The newest hits, for the page.
  CREATE TABLE hits (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    direction TEXT NOT NULL,
    interface TEXT NOT NULL,
    action TEXT NOT NULL,
    protocol TEXT NOT NULL,
    source TEXT NOT NULL,
    source_port INTEGER,
    destination TEXT NOT NULL,
    destination_port INTEGER,
    tracker INTEGER NOT NULL,
    entry TEXT,
    line BLOB NOT NULL
  );
  CREATE INDEX hits_by_time ON hits (time);

  -- Hits by hour, for charts.
  CREATE TABLE hourly_hits (
    hour INTEGER NOT NULL,
    direction TEXT NOT NULL,
    action TEXT NOT NULL,
    hits INTEGER NOT NULL,
    PRIMARY KEY (hour, direction, action)
  ) WITHOUT ROWID;

  -- Lines not sealed yet, many to a row, each line ended by a newline.
  CREATE TABLE spool (
    id INTEGER PRIMARY KEY,
    lines INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );

  -- Sealed batches. state: waiting or quarantined. body is gzip and never changes.
  CREATE TABLE batches (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    lines INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    reason TEXT NOT NULL DEFAULT '',
    body BLOB NOT NULL
  );

  -- Lines known to be lost. batch: the batch that reports it, or null.
  CREATE TABLE log_gaps (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_time INTEGER NOT NULL,
    to_time INTEGER NOT NULL,
    bytes INTEGER,
    lines INTEGER,
    batch TEXT
  );

  CREATE TABLE hit_counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  -- Hits by day (UTC), for charts.
  CREATE TABLE daily_hits (
    day INTEGER NOT NULL,
    direction TEXT NOT NULL,
    action TEXT NOT NULL,
    hits INTEGER NOT NULL,
    PRIMARY KEY (day, direction, action)
  ) WITHOUT ROWID;
  INSERT INTO daily_hits
    SELECT hour / 86400000 * 86400000, direction, action, sum(hits) FROM hourly_hits GROUP BY 1, 2, 3;

  -- Size of the table hits, as hit-recent.ts reckons it.
  INSERT INTO hit_counters SELECT 'recent_bytes', coalesce(sum(length(line) + 200), 0) FROM hits;

  -- 1: the intake refused the device with this batch.
  ALTER TABLE batches ADD COLUMN denied INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Both ends as bytes in the order of addresses (core/address-key.ts); null in rows of before.
  ALTER TABLE hits ADD COLUMN remote_key BLOB;
  ALTER TABLE hits ADD COLUMN inside_key BLOB;
  CREATE INDEX hits_by_remote ON hits (remote_key, time);
  CREATE INDEX hits_by_inside ON hits (inside_key, time);
  CREATE INDEX hits_by_port ON hits (destination_port, time);
  UPDATE hit_counters SET value = (SELECT coalesce(sum(length(line) + 260), 0) FROM hits)
    WHERE name = 'recent_bytes';

  -- Blocked hits by name (hit-names.ts): buckets of the windows day and week, and their sums.
  CREATE TABLE hit_names (
    span TEXT NOT NULL,
    start INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hits INTEGER NOT NULL,
    PRIMARY KEY (span, start, kind, name)
  ) WITHOUT ROWID;
  CREATE TABLE hit_tops (
    span TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hits INTEGER NOT NULL,
    PRIMARY KEY (span, kind, name)
  ) WITHOUT ROWID;
  CREATE INDEX hit_tops_by_hits ON hit_tops (span, kind, hits DESC, name);
  `,
];
