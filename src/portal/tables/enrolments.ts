import type { Database } from '../../system/sqlite.ts';

/** A device that came by itself, with an API key. */
export interface Enrolment {
  /** SHA-256 of the token that the device made, hex. */
  readonly digest: string;
  readonly deviceId: string;
  /** Name of the API key. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Which devices came by themselves. */
export interface EnrolmentTable {
  withDigest(digest: string): Enrolment | null;
  add(enrolment: Enrolment): void;
  /** How many came with this key after this moment. */
  countSince(key: string, time: number): number;
}

/** The table, as a step of the schema. */
export const ENROLMENT_TABLE = `
  CREATE TABLE enrolments (
    digest    TEXT PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id),
    key       TEXT NOT NULL,
    time      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX enrolments_by_key ON enrolments (key, time);
`;

/** The table `enrolments`. */
export function createEnrolmentTable(database: Database): EnrolmentTable {
  const select = database.prepare(
    'SELECT digest, device_id AS deviceId, key, time FROM enrolments WHERE digest = ?',
  );
  const insert = database.prepare('INSERT INTO enrolments VALUES (?, ?, ?, ?)');
  const count = database.prepare(
    'SELECT count(*) AS number FROM enrolments WHERE key = ? AND time > ?',
  );
  return {
    withDigest: (digest) => (select.get(digest) as Enrolment | undefined) ?? null,
    add: ({ digest, deviceId, key, time }) => void insert.run(digest, deviceId, key, time),
    countSince: (key, time) => (count.get(key, time) as { number: number }).number,
  };
}
