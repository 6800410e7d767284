/** A log in a ring file (clog). */
import type { LogChunk, LogGap, LogPosition, LogSource } from '../core/ports.ts';
import { readClog, type ClogRing } from './clog-file.ts';
import { parseJsonObject } from '../core/json-text.ts';

/** How a ring is read. */
export interface ClogOptions {
  /** Where the first read begins: at the end (what was logged before is not ours), or with the oldest line. */
  readonly startAt?: 'end' | 'beginning';
}

/** The last bytes read are kept to see whether they are still there. A line is shorter, so its time is among them. */
const MARK_BYTES = 256;
/** Less of the mark than this proves nothing. */
const SHORTEST_PROOF = 16;
const NEWLINE = 0x0a;

interface ClogPosition {
  /** Size of the data area; another one is another ring. */
  readonly max: number;
  /** Where in the data area the next byte was to be. */
  readonly next: number;
  /** The bytes before it, latin1. */
  readonly mark: string;
}

/**
 * The log in the ring at `path`. Lines that the writer has overwritten before they were read give a gap, as
 * does a ring that was cleared or made anew.
 */
export function createClogRing(path: string, options: ClogOptions = {}): LogSource {
  return {
    name: path,
    // A port of its own kind of source: reading a ring takes no waiting.
    // eslint-disable-next-line @typescript-eslint/require-await
    async *read(from) {
      const ring = readClog(path);
      if (ring === null) return;
      const chunk = from === null ? firstChunk(ring, options) : chunkBehind(ring, from);
      if (chunk !== null) yield chunk;
    },
  };
}

function firstChunk(ring: ClogRing, { startAt = 'end' }: ClogOptions): LogChunk {
  const begin = startAt === 'end' ? wholeLines(ring.content) : oldestLine(ring);
  return chunkOf(ring, begin);
}

/** Null when nothing is new. */
function chunkBehind(ring: ClogRing, from: LogPosition): LogChunk | null {
  const position = decode(from);
  if (position === null) {
    return chunkOf(ring, wholeLines(ring.content), 'the log changed its format');
  }
  const begin = placeOf(ring, position);
  if (begin === null) {
    const isUnread = ring.wrapped || position.mark.length > 0;
    const reason = 'the place read last is no longer in the ring: it was overwritten or cleared';
    return chunkOf(ring, oldestLine(ring), isUnread ? reason : undefined);
  }
  return wholeLines(ring.content) > begin ? chunkOf(ring, begin) : null;
}

function chunkOf(ring: ClogRing, begin: number, lost?: string): LogChunk {
  const end = Math.max(begin, wholeLines(ring.content));
  const bytes = ring.content.subarray(begin, end);
  const next = encode(ring, end);
  if (lost === undefined) return { bytes, next };
  const gap: LogGap = { reason: lost, bytes: null };
  return { bytes, next, gap };
}

/** Behind the last newline: what follows is a line still being written. */
function wholeLines(content: Buffer): number {
  return content.lastIndexOf(NEWLINE) + 1;
}

/** The first whole line: after a wrap, the ring begins inside one. */
function oldestLine(ring: ClogRing): number {
  return ring.wrapped ? ring.content.indexOf(NEWLINE) + 1 : 0;
}

/** Where in the content the position is; null when its mark is not there. */
function placeOf(ring: ClogRing, position: ClogPosition): number | null {
  if (position.max !== ring.max) return null;
  const behind = (ring.next - position.next + ring.max) % ring.max;
  const begin = ring.content.length - behind;
  const mark = Buffer.from(position.mark, 'latin1');
  if (mark.length === 0) return begin === 0 && !ring.wrapped ? 0 : null;
  if (begin < 0) return null;
  const seen = ring.content.subarray(Math.max(0, begin - mark.length), begin);
  const isWhole = seen.length === mark.length || ring.wrapped;
  if (!isWhole || seen.length < Math.min(SHORTEST_PROOF, mark.length)) return null;
  return mark.subarray(mark.length - seen.length).equals(seen) ? begin : null;
}

function encode(ring: ClogRing, end: number): LogPosition {
  const unread = ring.content.length - end;
  const position: ClogPosition = {
    max: ring.max,
    next: (ring.next - unread + ring.max) % ring.max,
    mark: ring.content.subarray(Math.max(0, end - MARK_BYTES), end).toString('latin1'),
  };
  return JSON.stringify({ kind: 'clog', ...position });
}

function decode(text: LogPosition): ClogPosition | null {
  const value = parseJsonObject(text);
  const { max, next, mark } = value ?? {};
  if (value?.['kind'] !== 'clog' || typeof mark !== 'string') return null;
  return typeof max === 'number' && typeof next === 'number' ? { max, next, mark } : null;
}
