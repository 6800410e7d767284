/** The lines of a batch as rows of the hit store. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HostError, messageOf } from '../../core/errors.ts';
import { endsOf, wayOf } from '../../core/hit-ends.ts';
import { parseAnyLine } from '../../core/log-line-any.ts';
import { createStampReader, type StampReader } from '../../core/log-time.ts';
import type { PortalHit } from './hit-store.ts';

/** Longest line that is looked at; a longer one is no line of a firewall log. */
const MOST_LINE_BYTES = 8_192;
const NEWLINE = 0x0a;

/** Some lines of a batch: those that could be read, and where the others are. */
export interface BatchPart {
  /** Number of the first line, from 0. */
  readonly from: number;
  readonly lines: number;
  readonly hits: readonly PortalHit[];
}

/** A batch whose file is on disk. */
export interface BatchFile {
  readonly path: string;
  /** Time of the first line as the device read it; ms since 1970. */
  readonly first: number;
  /** When it arrived; no line was logged later. */
  readonly received: number;
}

/**
 * Reads a batch in parts, so that a large one needs no more memory than a small one.
 * @throws HostError when the disk does not do its part; any other error for a file that is gone or no gzip any more
 */
export async function* readBatch(
  { path, first, received }: BatchFile,
  linesAtOnce: number,
): AsyncGenerator<BatchPart> {
  let from = 0;
  let lines = 0;
  let hits: PortalHit[] = [];
  let read: ((text: string, line: number) => PortalHit | null) | null = null;
  for await (const text of linesOf(path)) {
    read ??= createRowReader(text, first, received);
    const hit = read(text, from + lines);
    if (hit !== null) hits.push(hit);
    lines += 1;
    if (lines < linesAtOnce) continue;
    yield { from, lines, hits };
    from += lines;
    lines = 0;
    hits = [];
  }
  if (lines > 0) yield { from, lines, hits };
}

/** Makes the reader for the lines of one batch. Null: not a line of a firewall log. */
function createRowReader(
  firstLine: string,
  first: number,
  received: number,
): (text: string, line: number) => PortalHit | null {
  const timeOf = createStampReader(received, () => offsetOf(firstLine, first, received));
  return (text, line) => {
    const packet = parseAnyLine(text);
    const time = packet === null ? null : timeOf(packet.stamp);
    if (packet === null || time === null) return null;
    const { source, sourcePort, destination, destinationPort } = packet;
    // Such a word is no interface and no protocol; PostgreSQL has no text with a NUL.
    if (CONTROLS.test(packet.protocol + packet.interface)) return null;
    const direction = wayOf(packet);
    return {
      ...{ line, time, direction, action: packet.action },
      ...{ protocol: packet.protocol, interface: packet.interface },
      ...endsOf({ direction, source, destination }),
      ...{ port: destinationPort, sourcePort },
    };
  };
}

/**
 * BSD syslog writes the device's local time; the device told the first line's in UTC.
 * @returns minutes that its clock is ahead of UTC, to the quarter of an hour
 */
function offsetOf(firstLine: string, first: number, received: number): number {
  const reader: StampReader = createStampReader(received + DAY_MS, () => 0);
  const packet = parseAnyLine(firstLine);
  const asUtc = packet === null ? null : reader(packet.stamp);
  if (asUtc === null) return 0;
  const minutes = Math.round((asUtc - first) / QUARTER_MS) * 15;
  return Math.abs(minutes) <= MOST_OFFSET ? minutes : 0;
}

const CONTROLS = /\p{Cc}/u;
const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
/** Kiritimati is 14 hours ahead. */
const MOST_OFFSET = 14 * 60;

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of inflated(path)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.toString('latin1', start, Math.min(end, start + MOST_LINE_BYTES));
      start = end + 1;
    }
    // Of a line without end only its start is kept.
    rest = Buffer.from(bytes.subarray(start, start + MOST_LINE_BYTES));
  }
  if (rest.length > 0) yield rest.toString('latin1');
}

async function* inflated(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const closed = new Promise<void>((resolve) => source.once('close', resolve));
  const gunzip = createGunzip();
  // The error of either stream is that of the last one, which is read below.
  pipeline(source, gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || !/^E[A-Z]+$/.test(code)) throw cause;
    throw new HostError(`reading the batch ${path}: ${messageOf(cause)}`, { cause });
  } finally {
    // Whoever stops reading may go on to remove the file.
    source.destroy();
    await closed;
  }
}
