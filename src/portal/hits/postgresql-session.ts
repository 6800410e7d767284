import pg from 'pg';
import { FormatError, HostError, messageOf } from '../../core/errors.ts';
import type { SqlRow, SqlRunner, SqlSession, SqlValue } from './sql-session.ts';

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
/** A server that hangs does not keep its own limit. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** `CREATE TABLE IF NOT EXISTS` of two sessions at once fails in one of them. The number is ours. */
const LOCK_SCHEMA = 'SELECT pg_advisory_xact_lock(8437001)';
/** SQLSTATE class "data exception": asking again would not help. */
const BAD_DATA = /^22/;

/**
 * Hits in PostgreSQL, for more than one machine's worth of them. Nothing is asked of the server before the first statement.
 * @param url `postgresql://user@host/database`; libpq's variables (`PGPASSFILE`, `PGPASSWORD` …) hold, so that the password
 *   need not be in it
 */
export function openPostgresqlSession(url: string): SqlSession {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    application_name: 'ts-portal',
  });
  // An idle connection that the server ends is replaced when the next one is needed.
  pool.on('error', () => undefined);
  const transaction: SqlSession['transaction'] = async (work) => {
    const client = await guarded(() => pool.connect());
    const runner = runnerOf(client);
    try {
      await runner.run('BEGIN', []);
      const result = await work(runner);
      await runner.run('COMMIT', []);
      client.release();
      return result;
    } catch (error) {
      // Ends the connection and with it the transaction, whatever state it is in.
      client.release(true);
      throw error;
    }
  };
  return {
    bytesType: 'BYTEA',
    ...runnerOf(pool),
    makeTables: (statements) =>
      transaction(async (runner) => {
        for (const statement of [LOCK_SCHEMA, ...statements]) await runner.run(statement, []);
      }),
    transaction,
    close: () => pool.end(),
  };
}

function runnerOf(client: pg.Pool | pg.PoolClient): SqlRunner {
  const query = (sql: string, values: readonly SqlValue[]) =>
    guarded(() => client.query<SqlRow>(numbered(sql), values.map(parameterOf)));
  return {
    run: async (sql, values) => (await query(sql, values)).rowCount ?? 0,
    all: async (sql, values) => (await query(sql, values)).rows,
  };
}

function parameterOf(value: SqlValue): string | number | Buffer | null {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}

/** `?` → `$1`, `$2` …; none of our statements has a question mark in a text. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${(count += 1)}`);
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && BAD_DATA.test(cause.code ?? '')) {
      throw new FormatError(`PostgreSQL does not take a value: ${messageOf(cause)}`, { cause });
    }
    throw new HostError(`using the PostgreSQL database of hits: ${reasonOf(cause)}`, {
      remedy:
        'Check the server, the address and the rights; batches wait on disk until it answers.',
      cause,
    });
  }
}

/** Several addresses that refuse are one error without a text. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  return messageOf(cause);
}
