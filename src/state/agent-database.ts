/** The agent's database, and what becomes of a damaged one and of one that a newer release made. */
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import {
  DamagedError,
  NewerError,
  openDatabase,
  type Database,
  type DatabaseOptions,
} from '../system/sqlite.ts';
import { takeBackDatabase } from '../system/sqlite-older.ts';
import { migrations } from './migrations.ts';

/**
 * In place of a log's name in `log_positions`: this database replaces a damaged one, whose file name is the position
 * and which was written last at `moved_at`.
 */
export const DAMAGED = '*';

/** Damaged databases kept; a failing disk must not fill up with them. */
const KEPT = 2;
const STAMP = /^\d{8}T\d{6}Z$/;
/** What SQLite has beside the file itself. */
const PARTS = ['', '-wal', '-shm'];

/**
 * Opens the database. A damaged one is put aside as `<name>.damaged-<time>` and a new one is started: at once when
 * opening shows the damage, at the next opening when a statement does. What was read of the logs is then not known any
 * more. Reading them again from their begin would upload most lines twice, so it goes on from their end, with a gap.
 * One of a newer release is kept as `<name>.newer-<time>`; a new one takes over what this release knows of it.
 * @throws HostError
 */
export function openAgentDatabase(
  path: string,
  clock: Clock,
  options: DatabaseOptions = {},
): Database {
  const marker = `${path}.damaged`;
  const open = (): Database =>
    openDatabase(path, migrations, {
      ...options,
      onDamage: () => mark(marker),
    });
  try {
    if (!existsSync(marker)) return openOrTakeBack(path, clock, options, open);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
  }
  const { kept, lastWrite } = putAside(path, clock.now());
  const database = open();
  database
    .prepare('INSERT OR REPLACE INTO log_positions (source, position, moved_at) VALUES (?, ?, ?)')
    .run(DAMAGED, kept, Math.round(lastWrite));
  rmSync(marker, { force: true });
  return database;
}

/** Paths of the damaged databases that were put aside and are still there, oldest first. */
export function damagedDatabases(path: string): readonly string[] {
  return keptDatabases(path, 'damaged');
}

/** Paths of the databases of newer releases that are kept, oldest first. */
export function newerDatabases(path: string): readonly string[] {
  return keptDatabases(path, 'newer');
}

function keptDatabases(path: string, kind: 'damaged' | 'newer'): readonly string[] {
  const folder = dirname(path);
  const start = `${basename(path)}.${kind}-`;
  return readdirSync(folder)
    .filter((file) => file.startsWith(start) && STAMP.test(file.slice(start.length)))
    .sort()
    .map((file) => join(folder, file));
}

function openOrTakeBack(
  path: string,
  clock: Clock,
  options: DatabaseOptions,
  open: () => Database,
): Database {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof NewerError)) throw error;
  }
  takeBackDatabase(path, migrations, keptName(path, 'newer', clock.now()), options);
  for (const old of newerDatabases(path).slice(0, -KEPT)) rmSync(old, { force: true });
  return open();
}

function keptName(path: string, kind: 'damaged' | 'newer', now: number): string {
  return `${path}.${kind}-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

/** A disk that takes no file now will show the damage again. */
function mark(marker: string): void {
  try {
    writeFileSync(marker, '', { mode: 0o600 });
  } catch {
    return;
  }
}

/** @returns the new name, and when the database was written last */
function putAside(path: string, now: number): { kept: string; lastWrite: number } {
  const aside = keptName(path, 'damaged', now);
  try {
    const parts = PARTS.filter((part) => existsSync(`${path}${part}`));
    const times = parts.map((part) => statSync(`${path}${part}`).mtimeMs);
    for (const part of parts) renameSync(`${path}${part}`, `${aside}${part}`);
    for (const old of damagedDatabases(path).slice(0, -KEPT)) {
      for (const part of PARTS) rmSync(`${old}${part}`, { force: true });
    }
    return { kept: basename(aside), lastWrite: Math.max(0, ...times) };
  } catch (cause) {
    throw new HostError(`putting the damaged database ${path} aside: ${messageOf(cause)}`, {
      remedy: 'Check that the disk is writable.',
      cause,
    });
  }
}
