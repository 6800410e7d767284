/** The tables of the hit store, for SQLite and PostgreSQL. */

/** @param bytes the database's type for bytes */
export function schema(bytes: 'BLOB' | 'BYTEA'): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS report_batches (
      device TEXT NOT NULL,
      batch TEXT NOT NULL,
      lines INTEGER NOT NULL,
      PRIMARY KEY (device, batch)
    )`,
    `CREATE TABLE IF NOT EXISTS report_hits (
      device TEXT NOT NULL,
      batch TEXT NOT NULL,
      line INTEGER NOT NULL,
      time BIGINT NOT NULL,
      direction TEXT NOT NULL,
      action TEXT NOT NULL,
      protocol TEXT NOT NULL,
      interface TEXT NOT NULL,
      remote TEXT NOT NULL,
      inside TEXT NOT NULL,
      port INTEGER,
      source_port INTEGER,
      remote_key ${bytes},
      inside_key ${bytes},
      PRIMARY KEY (device, batch, line)
    )`,
    'CREATE INDEX IF NOT EXISTS report_hits_by_time ON report_hits (time, device, batch, line)',
    'CREATE INDEX IF NOT EXISTS report_hits_by_remote ON report_hits (remote_key, time)',
    'CREATE INDEX IF NOT EXISTS report_hits_by_inside ON report_hits (inside_key, time)',
    `CREATE TABLE IF NOT EXISTS report_hours (
      device TEXT NOT NULL,
      hour BIGINT NOT NULL,
      direction TEXT NOT NULL,
      blocked INTEGER NOT NULL,
      hits BIGINT NOT NULL,
      PRIMARY KEY (device, hour, direction, blocked)
    )`,
    'CREATE INDEX IF NOT EXISTS report_hours_by_hour ON report_hours (hour)',
    `CREATE TABLE IF NOT EXISTS report_names (
      device TEXT NOT NULL,
      day BIGINT NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      hits BIGINT NOT NULL,
      PRIMARY KEY (device, day, kind, name)
    )`,
    'CREATE INDEX IF NOT EXISTS report_names_by_day ON report_names (kind, day)',
  ];
}
