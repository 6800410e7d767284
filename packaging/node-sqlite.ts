/**
 * What the agent uses of better-sqlite3, on Node's own SQLite. It is put in the place of better-sqlite3 where there is no
 * addon for the system (OpenBSD), so it has the names and the errors of that.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** Result codes of SQLite (sqlite.org/rescode.html) that the agent tells apart. */
const CODES: ReadonlyMap<number, string> = new Map([
  [1, 'SQLITE_ERROR'],
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [20, 'SQLITE_MISMATCH'],
  [26, 'SQLITE_NOTADB'],
]);

/** An error of SQLite, with the name of its code. */
class SqliteError extends Error {
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.name = 'SqliteError';
    this.code = code;
  }
}

/** A prepared statement. */
interface Statement {
  run(...values: readonly SQLInputValue[]): { readonly changes: number };
  get(...values: readonly SQLInputValue[]): unknown;
  all(...values: readonly SQLInputValue[]): unknown[];
  iterate(...values: readonly SQLInputValue[]): IterableIterator<unknown>;
  /** Rows are the value of their first column from now on. */
  pluck(): Statement;
}

/** A connection. */
class Database {
  static readonly SqliteError = SqliteError;
  readonly #database: DatabaseSync;
  #depth = 0;

  constructor(path: string, { timeout = 5000 }: { readonly timeout?: number } = {}) {
    this.#database = named(() => new DatabaseSync(path, { enableForeignKeyConstraints: false }));
    this.pragma(`busy_timeout = ${timeout}`);
  }

  pragma(text: string, { simple = false }: { readonly simple?: boolean } = {}): unknown {
    const rows = this.prepare(`PRAGMA ${text}`).all() as readonly object[];
    return simple ? (Object.values(rows[0] ?? {})[0] as unknown) : rows;
  }

  exec(sql: string): this {
    named(() => {
      this.#database.exec(sql);
    });
    return this;
  }

  prepare(sql: string): Statement {
    return statementOf(named(() => this.#database.prepare(sql)));
  }

  /** `immediate` runs the work: all of it, or nothing. */
  transaction<T>(work: () => T): { immediate(): T } {
    return { immediate: () => this.#run(work) };
  }

  close(): void {
    named(() => {
      this.#database.close();
    });
  }

  #run<T>(work: () => T): T {
    const point = `ts${this.#depth}`;
    const outer = this.#depth === 0;
    this.exec(outer ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${point}`);
    this.#depth += 1;
    try {
      const result = work();
      this.exec(outer ? 'COMMIT' : `RELEASE ${point}`);
      return result;
    } catch (error) {
      // SQLite ends a transaction itself when, say, the disk is full.
      if (this.#database.isTransaction) {
        this.exec(outer ? 'ROLLBACK' : `ROLLBACK TO ${point}; RELEASE ${point}`);
      }
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }
}

function statementOf(statement: StatementSync, plucks = false): Statement {
  const shaped = (row: unknown): unknown => rowOf(row, plucks);
  return {
    run: (...values) => ({ changes: Number(named(() => statement.run(...values)).changes) }),
    get: (...values) => shaped(named(() => statement.get(...values))),
    all: (...values) => named(() => statement.all(...values)).map(shaped),
    *iterate(...values) {
      for (const row of named(() => statement.iterate(...values))) yield shaped(row);
    },
    pluck: () => statementOf(statement, true),
  };
}

function rowOf(row: unknown, plucks: boolean): unknown {
  if (typeof row !== 'object' || row === null) return row;
  const entries = Object.entries(row).map(([name, value]) => [name, valueOf(value)] as const);
  return plucks ? entries[0]?.[1] : Object.fromEntries(entries);
}

/** Blobs are Buffers, as those of better-sqlite3 are. */
function valueOf(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function named<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { errcode, message } = cause as Partial<{ errcode: number; message: string }>;
    if (errcode === undefined) throw cause;
    throw new SqliteError(message ?? '', CODES.get(errcode & 0xff) ?? 'SQLITE_ERROR', cause);
  }
}

// better-sqlite3 is a default export, and this takes its place.
export default Database;
