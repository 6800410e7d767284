import { openDatabase, type Database, type Statement } from '../../system/sqlite.ts';
import { createQueue, type SqlRow, type SqlRunner, type SqlSession } from './sql-session.ts';

/**
 * The portal's own file of hits. Written and read by two connections, so that a report sees no half-written batch.
 * @throws HostError naming the file
 */
export function openSqliteSession(path: string): SqlSession {
  const writer = openDatabase(path, []);
  const reader = openBeside(writer, path);
  const write = runnerOf(writer);
  const read = runnerOf(reader);
  const inTurn = createQueue();
  return {
    bytesType: 'BLOB',
    makeTables: (statements) =>
      inTurn(async () => {
        for (const statement of statements) await write.run(statement, []);
      }),
    all: (sql, values) => read.all(sql, values),
    run: (sql, values) => inTurn(() => write.run(sql, values)),
    transaction: (work) =>
      inTurn(async () => {
        writer.exec('BEGIN IMMEDIATE');
        try {
          const result = await work(write);
          writer.exec('COMMIT');
          return result;
        } catch (error) {
          rollBack(writer);
          throw error;
        }
      }),
    close: () =>
      inTurn(() => {
        reader.close();
        writer.close();
        return Promise.resolve();
      }),
  };
}

function openBeside(writer: Database, path: string): Database {
  try {
    return openDatabase(path, []);
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** SQLite has done it already after some errors, as that of a full disk. */
function rollBack(writer: Database): void {
  try {
    writer.exec('ROLLBACK');
  } catch {
    // The error that matters is the one before.
  }
}

function runnerOf(database: Database): SqlRunner {
  const prepared = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  // A statement that fails must reject, not throw.
  return {
    run: async (sql, values) => await Promise.resolve(prepare(sql).run(...values).changes),
    all: async (sql, values) => await Promise.resolve(prepare(sql).all(...values) as SqlRow[]),
  };
}
