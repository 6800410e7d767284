/** What the hit store asks of a database: the SQL that SQLite and PostgreSQL have in common. */

/** A value that is stored. Bytes compare byte by byte in both databases. */
export type SqlValue = string | number | Uint8Array | null;

/** A row by column name. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Runs statements. Parameters are `?`, bound by position. @throws HostError */
export interface SqlRunner {
  /** @returns how many rows were changed */
  run(sql: string, values: readonly SqlValue[]): Promise<number>;
  all(sql: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** An open database. Statements outside of a transaction see what is committed. */
export interface SqlSession extends SqlRunner {
  /** The type of a column for bytes, the one thing in which the schemas differ. */
  readonly bytesType: 'BLOB' | 'BYTEA';
  /** Runs the statements of `schema.ts`, also while others do. */
  makeTables(statements: readonly string[]): Promise<void>;
  /** Runs `work` in one transaction: all of it or nothing. Transactions of one session come one after the other. */
  transaction<T>(work: (runner: SqlRunner) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * A session that is opened and prepared by its first statement. When that fails the statement rejects, and the next one
 * tries again.
 */
export function openLater(
  open: () => SqlSession,
  prepare: (session: SqlSession) => Promise<void>,
): Omit<SqlSession, 'bytesType' | 'makeTables'> {
  let session: SqlSession | null = null;
  let ready: Promise<SqlSession> | null = null;
  const begin = async (): Promise<SqlSession> => {
    session ??= open();
    await prepare(session);
    return session;
  };
  const opened = (): Promise<SqlSession> => {
    ready ??= begin().catch((error: unknown) => {
      ready = null;
      throw error;
    });
    return ready;
  };
  return {
    run: async (sql, values) => (await opened()).run(sql, values),
    all: async (sql, values) => (await opened()).all(sql, values),
    transaction: async (work) => (await opened()).transaction(work),
    close: async () => {
      await session?.close();
    },
  };
}

/** Runs pieces of work one after the other, also when one fails. */
export function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
