import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { BusyError, HostError, messageOf } from '../core/errors.ts';
import type { Clock, EndedHolder, RunLock } from '../core/ports.ts';
import { makeOwnFile } from './folder-owner.ts';
import { forgetHolder, hasKernelLock, nameHolder, readHolder } from './lock-holder.ts';
import { endProcess, ownIdentity } from './process-identity.ts';

const RETRY_MS = 100;

/**
 * Locks for all processes of the host, each held as a write lock of an SQLite file: the kernel frees it when the
 * process ends, also by kill -9, so there is never a stale one to clean up.
 * @param folder of the lock files `<name>.lock`; `<name>.lock.holder` names who has it
 */
export function createRunLock(folder: string, clock: Clock): RunLock {
  return {
    async hold(name, what, waitMs, work) {
      const path = join(folder, `${name}.lock`);
      const lock = await acquire(path, what, clock.now() + waitMs, clock);
      try {
        return await work();
      } finally {
        forgetHolder(path);
        lock.exec('ROLLBACK');
        lock.close();
      }
    },
    endHolder: (name) => endHolder(join(folder, `${name}.lock`)),
  };
}

async function acquire(
  path: string,
  what: string,
  deadline: number,
  clock: Clock,
): Promise<Sqlite.Database> {
  // Asked for before the lock is taken: nothing comes between taking it and naming its holder.
  const identity = await ownIdentity();
  const database = openLockFile(path);
  try {
    while (!tryLock(database)) {
      if (clock.now() >= deadline) throw busy(path);
      await clock.sleep(RETRY_MS);
    }
  } catch (error) {
    database.close();
    throw error;
  }
  const since = new Date(clock.now()).toISOString();
  nameHolder(path, { name: `${what} (process ${process.pid}, since ${since})`, identity });
  return database;
}

async function endHolder(path: string): Promise<EndedHolder> {
  const holder = readHolder(path);
  const name = holder?.name ?? 'unknown';
  const identity = holder?.identity ?? null;
  const isOther = identity !== null && identity.pid !== process.pid;
  const ended = isOther && (await hasKernelLock(path, identity.pid)) && endProcess(identity);
  return { name, ended: await ended };
}

function openLockFile(path: string): Sqlite.Database {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    makeOwnFile(path);
    const database = new Sqlite(path, { timeout: 0 });
    // Nothing is ever written; without a journal file the lock works on a full disk too.
    database.pragma('journal_mode = MEMORY');
    return database;
  } catch (cause) {
    throw new HostError(`opening the lock ${path}: ${messageOf(cause)}`, {
      remedy: 'Check that the folder exists and can be written by this user.',
      cause,
    });
  }
}

function tryLock(database: Sqlite.Database): boolean {
  try {
    database.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

function busy(path: string): BusyError {
  return new BusyError(`another task is running: ${readHolder(path)?.name ?? 'unknown'}`, {
    remedy: 'Wait until it has ended and try again.',
  });
}
