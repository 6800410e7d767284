/** Schema of the portal's database, one step an entry. Append only. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE kv (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE devices (
    id         TEXT PRIMARY KEY,
    nickname   TEXT NOT NULL,
    auto_key   TEXT NOT NULL,
    address    TEXT,
    block_list TEXT NOT NULL,
    allow_list TEXT NOT NULL,
    settings   TEXT NOT NULL,
    serial     INTEGER NOT NULL,
    created    INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE lists (
    name     TEXT PRIMARY KEY,
    prefixes BLOB NOT NULL,
    entries  INTEGER NOT NULL,
    serial   INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE batches (
    device_id      TEXT NOT NULL REFERENCES devices (id),
    batch_id       TEXT NOT NULL,
    sha256         TEXT NOT NULL,
    kind           TEXT NOT NULL,
    bytes          INTEGER NOT NULL,
    lines          INTEGER NOT NULL,
    declared_lines INTEGER NOT NULL,
    first          INTEGER NOT NULL,
    last           INTEGER NOT NULL,
    received       INTEGER NOT NULL,
    PRIMARY KEY (device_id, batch_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE beacons (
    device_id TEXT PRIMARY KEY REFERENCES devices (id),
    sent      INTEGER NOT NULL,
    received  INTEGER NOT NULL,
    body      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
