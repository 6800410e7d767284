import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Refusal } from './refusal.ts';

/** Sizes the intake takes, in bytes. */
export interface IntakeLimits {
  /** The gzip file. */
  readonly file: number;
  /** What it inflates to; more is a zip bomb. */
  readonly inflated: number;
}

/** 100 MB as gzip. Log lines shrink to about a tenth; twice that rate is still taken. */
export const INTAKE_LIMITS: IntakeLimits = { file: 100 * 1024 * 1024, inflated: 2 * 1024 ** 3 };

/** A file as it arrived, synced to disk but not yet kept. */
export interface ReceivedFile {
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

const NEWLINE = 0x0a;

/** Where files are written before they are checked. */
function incomingFolder(intakeDir: string): string {
  return join(intakeDir, 'incoming');
}

/** Removes what an earlier process left half-received; their devices send those batches again. */
export async function clearIncoming(intakeDir: string): Promise<void> {
  await rm(incomingFolder(intakeDir), { recursive: true, force: true });
  await mkdir(incomingFolder(intakeDir), { recursive: true, mode: 0o700 });
}

/**
 * Writes the file below `incoming/`, synced, and hashes it on the way.
 * @throws Refusal 413 above the limit, and errors of the disk; the file is gone then
 */
export async function receiveFile(
  source: Readable,
  intakeDir: string,
  limits: IntakeLimits,
): Promise<ReceivedFile> {
  const path = join(incomingFolder(intakeDir), `${randomBytes(8).toString('hex')}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > limits.file) throw new Refusal(413, `the file is above ${limits.file} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  };
  try {
    const target = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(source, measure, target);
  } catch (error) {
    await discard(path);
    throw error;
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

/**
 * Counts the lines of a gzip file; a last line without newline counts.
 * @throws Refusal 415 when it is not gzip, 422 when it is damaged or cut, 413 when it inflates above the limit
 */
export async function countLines(path: string, limits: IntakeLimits): Promise<number> {
  let lines = 0;
  let inflated = 0;
  let lastByte = NEWLINE;
  const count = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      inflated += chunk.length;
      if (inflated > limits.inflated) {
        throw new Refusal(413, `the file inflates to more than ${limits.inflated} bytes`);
      }
      lines += newlinesIn(chunk);
      lastByte = chunk.at(-1) ?? lastByte;
    }
  };
  try {
    await pipeline(createReadStream(path), createGunzip(), count);
  } catch (error) {
    throw gzipRefusal(error);
  }
  return lastByte === NEWLINE ? lines : lines + 1;
}

function newlinesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** zlib names the kind of damage in the error's code and, for a wrong magic number, in its text. */
function gzipRefusal(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !code.startsWith('Z_')) return error;
  if (message === 'incorrect header check') return new Refusal(415, 'the file is not gzip', error);
  return new Refusal(422, `the gzip file is damaged: ${message}`, error);
}

/**
 * Moves a received file to its place, durable when it returns. Runs inside the transaction that stores the
 * row, hence without waiting.
 */
export function keepFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  renameSync(from, to);
  for (const folder of [dirname(to), dirname(dirname(to))]) syncFolder(folder);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Removes a received file that is not kept. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
}
