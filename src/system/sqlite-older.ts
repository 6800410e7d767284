/** A database that a newer release made, brought back to the schema of this one. */
import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { HostError, messageOf } from '../core/errors.ts';
import { BUSY_TIMEOUT_MS, openDatabase, type DatabaseOptions } from './sqlite.ts';

/** What SQLite may leave beside the file itself. */
const PARTS = ['', '-wal', '-shm', '-journal'];

/**
 * Puts a new database in the place of one with a newer schema, in one step: with all rows of the tables and columns that
 * both know. The other one is kept. Where another process did the same meanwhile, nothing is left to do.
 * @param aside the name the newer one is kept under
 * @throws HostError when another program has it open, or there is no room
 */
export function takeBackDatabase(
  path: string,
  migrations: readonly string[],
  aside: string,
  { busyTimeoutMs = BUSY_TIMEOUT_MS }: DatabaseOptions = {},
): void {
  const fresh = `${path}.older`;
  let newer: Sqlite.Database | null = null;
  try {
    const file = statSync(path).ino;
    newer = new Sqlite(path, { timeout: busyTimeoutMs });
    lockWhole(newer);
    if (statSync(path).ino !== file) return;
    for (const part of PARTS) rmSync(`${fresh}${part}`, { force: true });
    openDatabase(fresh, migrations).close();
    carryOver(newer, fresh);
    linkSync(path, aside);
    renameSync(fresh, path);
  } catch (cause) {
    throw takeBackError(path, cause);
  } finally {
    newer?.close();
  }
}

/** All of the journal goes into the file, which works only while nobody else has it open; the lock lasts until it is closed. */
function lockWhole(database: Sqlite.Database): void {
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('journal_mode = DELETE');
  database.exec('BEGIN EXCLUSIVE; COMMIT');
}

/** A table that does not fit any more is left out: what was in it is in the file that is kept. */
function carryOver(newer: Sqlite.Database, fresh: string): void {
  newer.pragma('foreign_keys = OFF');
  newer.prepare('ATTACH ? AS fresh').run(fresh);
  const tables = newer
    .prepare(
      "SELECT name FROM fresh.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .pluck()
    .all() as string[];
  for (const table of tables) {
    const before = new Set(columnsOf(newer, 'main', table));
    const columns = columnsOf(newer, 'fresh', table).filter((column) => before.has(column));
    if (columns.length === 0) continue;
    const names = columns.map((column) => `"${column}"`).join(', ');
    try {
      newer.exec(
        `INSERT OR REPLACE INTO fresh."${table}" (${names}) SELECT ${names} FROM main."${table}"`,
      );
    } catch (error) {
      if (!isMisfit(error)) throw error;
    }
  }
  newer.exec('DETACH fresh');
}

function columnsOf(database: Sqlite.Database, schema: string, table: string): readonly string[] {
  const columns = database.prepare('SELECT name FROM pragma_table_xinfo(?, ?) WHERE hidden = 0');
  return columns.pluck().all(table, schema) as string[];
}

function isMisfit(error: unknown): boolean {
  return (
    error instanceof Sqlite.SqliteError && /^SQLITE_(?:CONSTRAINT|ERROR|MISMATCH)/.test(error.code)
  );
}

function takeBackError(path: string, cause: unknown): HostError {
  const busy = cause instanceof Sqlite.SqliteError && cause.code.startsWith('SQLITE_BUSY');
  return new HostError(
    `using the database ${path} of a newer release: ${busy ? 'a program of that release has it open' : messageOf(cause)}`,
    {
      remedy: busy
        ? 'Use the tsadmin of that release, or stop its service.'
        : 'Check that the disk is writable and has room.',
      cause,
    },
  );
}
