/**
 * The circular log file of pfSense up to 2.4 (clog): a data area that is written round and round, and a footer
 * of 20 bytes: "CLOG", wrap, next, max, lock, each 32 bits in the host's order. `next` is where the next byte
 * goes, `max` the size of the data area; before the first wrap the rest of the area is NUL.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FormatError, HostError, messageOf } from '../core/errors.ts';

/** A ring as read at one moment. */
export interface ClogRing {
  /** What was written, oldest first. After a wrap it begins inside a line. */
  readonly content: Buffer;
  /** The place in the file of the byte behind the content. */
  readonly next: number;
  /** Size of the data area. */
  readonly max: number;
  readonly wrapped: boolean;
}

interface Footer {
  readonly wrap: number;
  readonly next: number;
  readonly max: number;
}

const FOOTER_BYTES = 20;
const MAGIC = 'CLOG';
/** A larger area is refused: the whole is read into memory. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_TRIES = 10;

/**
 * Whether the file is a ring: by its last 20 bytes. False when there is no such file.
 * @throws HostError when it cannot be read
 */
export function isClog(path: string): boolean {
  return withFile(path, (fd) => readFooterBytes(fd) !== null) ?? false;
}

/**
 * The ring's content; null when the file is none (any more).
 * @throws HostError when it cannot be read or its footer is damaged
 */
export function readClog(path: string): ClogRing | null {
  return withFile(path, readStable);
}

/** The writer may go on while we read: the content counts only when the footer is the same behind it. */
function readStable(fd: number): ClogRing | null {
  let before = readFooter(fd);
  for (let tries = 1; before !== null; tries += 1) {
    const area = Buffer.alloc(before.max);
    readFully(fd, area, 0);
    const after = readFooter(fd);
    if (after === null || tries === MAX_TRIES || same(before, after))
      return ringOf(area, before, after);
    before = after;
  }
  return null;
}

/** What was overwritten between the two footers is left out: it is the oldest part. */
function ringOf(area: Buffer, before: Footer, after: Footer | null): ClogRing {
  const { next, max } = before;
  const overwritten = after === null ? 0 : (after.next - next + max) % max;
  const wrapped = before.wrap !== 0;
  const older = wrapped
    ? area.subarray(Math.min(next + 1 + overwritten, max))
    : area.subarray(0, 0);
  return { content: Buffer.concat([older, area.subarray(0, next)]), next, max, wrapped };
}

function same(one: Footer, other: Footer): boolean {
  return one.wrap === other.wrap && one.next === other.next && one.max === other.max;
}

function readFooter(fd: number): Footer | null {
  const bytes = readFooterBytes(fd);
  if (bytes === null) return null;
  const numbers = new Uint32Array(new Uint8Array(bytes.subarray(4)).buffer);
  const [wrap = 0, next = 0, max = 0] = numbers;
  if (max !== fstatSync(fd).size - FOOTER_BYTES || max > MAX_BYTES || next > max) {
    throw new FormatError(`the ring's footer is damaged (next ${next}, size ${max})`);
  }
  return { wrap, next, max };
}

/** Null when the file does not end in a footer. */
function readFooterBytes(fd: number): Buffer | null {
  const { size } = fstatSync(fd);
  const bytes = Buffer.alloc(FOOTER_BYTES);
  if (size < FOOTER_BYTES || readFully(fd, bytes, size - FOOTER_BYTES) < FOOTER_BYTES) return null;
  return bytes.toString('latin1', 0, MAGIC.length) === MAGIC ? bytes : null;
}

function readFully(fd: number, into: Buffer, offset: number): number {
  let count = 0;
  while (count < into.length) {
    const more = readSync(fd, into, count, into.length - count, offset + count);
    if (more === 0) break;
    count += more;
  }
  return count;
}

function withFile<T>(path: string, work: (fd: number) => T): T | null {
  let fd: number | null = null;
  try {
    fd = openSync(path, 'r');
    return work(fd);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new HostError(`reading ${path}: ${messageOf(cause)}`, {
      remedy: 'Check that the agent may read the firewall log.',
      cause,
    });
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
