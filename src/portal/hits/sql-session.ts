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
  /** Runs `work` in one transaction: all of it or nothing. Transactions of one session come one after the other. */
  transaction<T>(work: (runner: SqlRunner) => Promise<T>): Promise<T>;
  close(): Promise<void>;
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
