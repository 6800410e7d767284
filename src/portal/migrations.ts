import { ENROLMENT_TABLE } from './tables/enrolments.ts';
import { EXEMPTION_TABLES } from './tables/exemptions.ts';

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
  // Policies of sources; the zone as record sets with the serials they were in, so that differences can be told.
  `
  CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    time    INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    target  TEXT NOT NULL,
    details TEXT NOT NULL
  ) STRICT;

  CREATE TABLE sources (
    name     TEXT PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('feed', 'list')),
    note     TEXT NOT NULL,
    entries  INTEGER NOT NULL,
    prefixes BLOB NOT NULL,
    changed  INTEGER NOT NULL,
    updated  INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE feeds (
    name          TEXT PRIMARY KEY REFERENCES sources (name) ON DELETE CASCADE,
    url           TEXT NOT NULL,
    format        TEXT NOT NULL,
    interval_s    INTEGER NOT NULL,
    licence       TEXT NOT NULL,
    internal      INTEGER NOT NULL,
    shrink        INTEGER NOT NULL,
    growth        INTEGER NOT NULL,
    etag          TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    tried         INTEGER,
    fetched       INTEGER,
    due           INTEGER,
    failures      INTEGER NOT NULL,
    skipped       INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE policies (
    name              TEXT PRIMARY KEY,
    note              TEXT NOT NULL,
    block_list        TEXT NOT NULL UNIQUE,
    allow_list        TEXT NOT NULL UNIQUE,
    publish           TEXT NOT NULL CHECK (publish IN ('auto', 'manual')),
    changed           INTEGER NOT NULL,
    published_change  INTEGER NOT NULL,
    published         INTEGER,
    serial            INTEGER,
    settings_serial   INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE policy_sources (
    policy TEXT NOT NULL REFERENCES policies (name) ON DELETE CASCADE,
    source TEXT NOT NULL REFERENCES sources (name),
    role   TEXT NOT NULL CHECK (role IN ('block', 'allow')),
    place  INTEGER NOT NULL,
    PRIMARY KEY (policy, role, source)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE zone_lists (
    name    TEXT PRIMARY KEY,
    entries INTEGER NOT NULL,
    serial  INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE zone_sets (
    id      INTEGER PRIMARY KEY,
    list    TEXT NOT NULL,
    owner   TEXT NOT NULL,
    type    INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    added   INTEGER NOT NULL,
    removed INTEGER,
    answers BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX zone_now ON zone_sets (owner, type) WHERE removed IS NULL;
  CREATE INDEX zone_list ON zone_sets (list) WHERE removed IS NULL;
  CREATE INDEX zone_added ON zone_sets (added);
  CREATE INDEX zone_removed ON zone_sets (removed) WHERE removed IS NOT NULL;

  CREATE TABLE zone_versions (
    serial INTEGER PRIMARY KEY,
    time   INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE access (
    prefix TEXT PRIMARY KEY,
    note   TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO access VALUES ('127.0.0.0/8', 'this machine'), ('::1', 'this machine');

  CREATE TABLE secondaries (
    name     TEXT PRIMARY KEY,
    address  TEXT NOT NULL,
    port     INTEGER NOT NULL,
    key      TEXT NOT NULL,
    notify   INTEGER NOT NULL,
    notified INTEGER
  ) STRICT;

  CREATE TABLE problems (
    code     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('error', 'warning')),
    message  TEXT NOT NULL,
    remedy   TEXT NOT NULL,
    since    INTEGER NOT NULL,
    PRIMARY KEY (code, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE device_addresses (
    device_id TEXT NOT NULL REFERENCES devices (id),
    address   TEXT NOT NULL,
    PRIMARY KEY (device_id, address)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX device_address ON device_addresses (address);
  INSERT INTO device_addresses SELECT id, address FROM devices WHERE address IS NOT NULL;

  DROP TABLE lists;
  ALTER TABLE devices DROP COLUMN address;
  ALTER TABLE devices DROP COLUMN block_list;
  ALTER TABLE devices DROP COLUMN allow_list;
  ALTER TABLE devices ADD COLUMN policy TEXT REFERENCES policies (name);
  ALTER TABLE devices ADD COLUMN manufacturer TEXT NOT NULL DEFAULT '';
  ALTER TABLE devices ADD COLUMN model TEXT NOT NULL DEFAULT '';
  ALTER TABLE devices ADD COLUMN integration TEXT NOT NULL DEFAULT 'auto';
  ALTER TABLE devices ADD COLUMN ip_type TEXT NOT NULL DEFAULT 'static';
  ALTER TABLE devices ADD COLUMN address TEXT NOT NULL DEFAULT '';
  ALTER TABLE devices ADD COLUMN note TEXT NOT NULL DEFAULT '';
  ALTER TABLE devices ADD COLUMN retired INTEGER;
  ALTER TABLE devices ADD COLUMN resolve_due INTEGER;
  UPDATE devices SET address = coalesce(
    (SELECT address FROM device_addresses WHERE device_id = devices.id), '');
  CREATE UNIQUE INDEX device_nickname ON devices (nickname) WHERE retired IS NULL AND nickname <> '';
  `,
  // Batches on their way from the disk to the hit store.
  `
  ALTER TABLE batches ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'imported', 'quarantined'));
  ALTER TABLE batches ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE batches ADD COLUMN reason TEXT NOT NULL DEFAULT '';
  CREATE INDEX batches_waiting ON batches (received, batch_id) WHERE kind = 'hits' AND state = 'waiting';
  CREATE INDEX batches_by_device ON batches (device_id, received);
  `,
  // People and programs that may change the portal.
  `
  CREATE TABLE admins (
    name    TEXT PRIMARY KEY,
    hash    TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE api_keys (
    name    TEXT PRIMARY KEY,
    digest  TEXT NOT NULL UNIQUE,
    scopes  TEXT NOT NULL,
    created INTEGER NOT NULL,
    used    INTEGER
  ) STRICT;
  `,
  `
  CREATE INDEX batches_by_age ON batches (received);
  `,
  // What devices should enforce; alarms and where they go.
  `
  CREATE TABLE wanted (
    policy TEXT PRIMARY KEY REFERENCES policies (name) ON DELETE CASCADE,
    serial INTEGER NOT NULL,
    body   TEXT NOT NULL
  ) STRICT;

  CREATE TABLE alarm_targets (
    name     TEXT PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('webhook', 'mail')),
    severity TEXT NOT NULL CHECK (severity IN ('error', 'warning')),
    config   TEXT NOT NULL
  ) STRICT;

  CREATE TABLE alarms_told (
    code    TEXT NOT NULL,
    subject TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (code, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE alarm_outbox (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    target   TEXT NOT NULL REFERENCES alarm_targets (name) ON DELETE CASCADE,
    event    TEXT NOT NULL,
    created  INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL
  ) STRICT;
  `,
  // What administrators of devices allow and block there.
  EXEMPTION_TABLES,
  // Devices that came by themselves, with an API key.
  ENROLMENT_TABLE,
];
