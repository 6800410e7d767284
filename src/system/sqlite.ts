import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { HostError, messageOf } from '../core/errors.ts';
import { makeOwnFile } from './folder-owner.ts';

/** A value SQLite stores. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** A prepared statement; prepare once, use often. Parameters are bound by position. */
export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number };
  /** The first row, or undefined. The caller names the row's type. */
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
  iterate(...values: readonly SqlValue[]): IterableIterator<unknown>;
}

/** The part of SQLite this program uses. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs `work` in one transaction (BEGIN IMMEDIATE): all of it or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** How a database is opened. */
export interface DatabaseOptions {
  /** How long a statement waits for another process's transaction. Default 5 s. */
  readonly busyTimeoutMs?: number;
  /** Called when a statement finds the file damaged, before the error is thrown. */
  readonly onDamage?: () => void;
}

/** The file is no database, or a damaged one. */
export class DamagedError extends HostError {}

/** The schema is of a newer release. */
export class NewerError extends HostError {}

/** How long a statement waits for another process, unless said otherwise; ms. */
export const BUSY_TIMEOUT_MS = 5_000;
const DAMAGED = /^SQLITE_(?:CORRUPT|NOTADB)/;

/**
 * Opens a database (made when missing, mode 0600, WAL, synchronous=FULL: what is committed survives a power
 * loss) and brings it to the newest schema.
 * @param migrations append-only; number N brings version N to N + 1, each in a transaction of its own
 * @throws HostError naming the file; {@link DamagedError} when it is damaged, as far as opening it shows;
 *   {@link NewerError} when the schema has steps that `migrations` lacks
 */
export function openDatabase(
  path: string,
  migrations: readonly string[],
  { busyTimeoutMs = BUSY_TIMEOUT_MS, onDamage }: DatabaseOptions = {},
): Database {
  let database: Sqlite.Database | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Journals get the owner of the database: SQLite does that itself.
    if (path !== ':memory:') makeOwnFile(path);
    database = new Sqlite(path, { timeout: busyTimeoutMs });
    if (path !== ':memory:') chmodSync(path, 0o600);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    migrate(database, path, migrations);
    return wrap(database, path, onDamage);
  } catch (cause) {
    database?.close();
    throw cause instanceof NewerError ? cause : databaseError('opening', path, cause);
  }
}

function migrate(database: Sqlite.Database, path: string, migrations: readonly string[]): void {
  const versionNow = (): number => Number(database.pragma('user_version', { simple: true }));
  // Only read: a process that hangs in a transaction must not keep others from opening the database.
  if (versionNow() === migrations.length) return;
  const step = database.transaction(() => {
    const version = versionNow();
    if (version > migrations.length) {
      throw new NewerError(
        `opening the database ${path}: it has schema ${version}, made by a newer release; this one knows ${migrations.length}`,
        { remedy: 'Install the newer release again.' },
      );
    }
    const sql = migrations[version];
    if (sql === undefined) return false;
    database.exec(sql);
    database.pragma(`user_version = ${version + 1}`);
    return true;
  });
  while (step.immediate());
}

function wrap(database: Sqlite.Database, path: string, onDamage?: () => void): Database {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      if (!(cause instanceof Sqlite.SqliteError)) throw cause;
      if (DAMAGED.test(cause.code)) onDamage?.();
      throw databaseError('using', path, cause);
    }
  };
  return {
    exec: (sql) => guarded(() => void database.exec(sql)),
    prepare: (sql) => {
      const statement = guarded(() => database.prepare(sql));
      return {
        run: (...values) => guarded(() => statement.run(...values)),
        get: (...values) => guarded(() => statement.get(...values)),
        all: (...values) => guarded(() => statement.all(...values)),
        iterate: (...values) => statement.iterate(...values),
      };
    },
    transaction: (work) => guarded(() => database.transaction(work).immediate()),
    close: () => database.close(),
  };
}

function databaseError(doing: string, path: string, cause: unknown): HostError {
  if (cause instanceof Sqlite.SqliteError && DAMAGED.test(cause.code)) {
    return new DamagedError(`${doing} the database ${path}: ${messageOf(cause)}`, {
      remedy: 'Restart the service: it puts the damaged database aside and starts a new one.',
      cause,
    });
  }
  return new HostError(`${doing} the database ${path}: ${messageOf(cause)}`, {
    remedy: 'Check that the disk is writable and has room.',
    cause,
  });
}
