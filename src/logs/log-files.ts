/** The files of one log, opened at one moment: the live one and the rotated ones. */
import { closeSync, fstatSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HostError, messageOf } from '../core/errors.ts';

/** How a rotated file is compressed. */
export type Compression = 'bz2' | 'gz' | 'xz' | 'zst';

/** A file of the log. */
export interface LogFile {
  readonly path: string;
  /** The number behind the name, 0 or 1 being the newest; -1: the live file. */
  readonly index: number;
  /** Null: plain. */
  readonly compression: Compression | null;
  readonly fd: number;
  readonly dev: number;
  readonly ino: number;
  /** Bytes at the moment it was opened. */
  readonly size: number;
  readonly mtimeMs: number;
}

const ROTATED = /^\.(\d{1,4})(?:\.(bz2|gz|xz|zst))?$/;
const MAX_TRIES = 20;

/**
 * Opens all files of a log, the newest first. A file that is there both plain and compressed (its compression
 * is going on) is taken plain. The descriptors stay good whatever is renamed or removed afterwards.
 * @throws HostError when a file cannot be opened, or the names never hold still
 */
export function openLogFiles(path: string): readonly LogFile[] {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const files = tryOpen(path);
    if (files !== null) return files;
  }
  throw new HostError(`reading ${path}: its rotated files change all the time`);
}

/** Closes them. */
export function closeLogFiles(files: readonly LogFile[]): void {
  for (const file of files) closeSync(file.fd);
}

/** Null when a rename or removal came between: the files opened are then of two generations. */
function tryOpen(path: string): readonly LogFile[] | null {
  const names = listNames(path);
  const files: LogFile[] = [];
  try {
    for (const name of names) {
      const file = openFile(name);
      if (file !== null) files.push(file);
    }
  } catch (error) {
    closeLogFiles(files);
    throw error;
  }
  const stable =
    files.length === names.length && files.every(isStillThere) && sameNames(names, listNames(path));
  if (stable) return files;
  closeLogFiles(files);
  return null;
}

type FileName = Pick<LogFile, 'path' | 'index' | 'compression'>;

function listNames(path: string): readonly FileName[] {
  const base = basename(path);
  const folder = dirname(path);
  const found = new Map<number, FileName>();
  for (const name of readFolder(folder)) {
    const rest = name.startsWith(base) ? name.slice(base.length) : null;
    const file = rest === null ? null : nameOf(join(folder, name), rest);
    if (file === null) continue;
    const other = found.get(file.index);
    if (other === undefined || file.compression === null) found.set(file.index, file);
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}

function nameOf(path: string, rest: string): FileName | null {
  if (rest === '') return { path, index: -1, compression: null };
  const [, index, extension] = ROTATED.exec(rest) ?? [];
  if (index === undefined) return null;
  return {
    path,
    index: Number(index),
    compression: (extension as Compression | undefined) ?? null,
  };
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new HostError(`reading ${folder}: ${messageOf(cause)}`, { cause });
  }
}

function openFile(name: FileName): LogFile | null {
  try {
    const fd = openSync(name.path, 'r');
    const { dev, ino, size, mtimeMs } = fstatSync(fd);
    return { ...name, fd, dev, ino, size, mtimeMs };
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new HostError(`reading ${name.path}: ${messageOf(cause)}`, {
      remedy: 'Check that the agent may read the firewall log.',
      cause,
    });
  }
}

function isStillThere(file: LogFile): boolean {
  const stat = statSync(file.path, { throwIfNoEntry: false });
  return stat?.ino === file.ino && stat.dev === file.dev;
}

function sameNames(some: readonly FileName[], others: readonly FileName[]): boolean {
  return (
    some.length === others.length && some.every((name, index) => name.path === others[index]?.path)
  );
}

function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
}
