/**
 * The log of pf(4): a pcap file (draft-ietf-opsawg-pcap) of link type 117, each packet behind a `struct pfloghdr`
 * (OpenBSD, sys/net/if_pflog.h), whose length is its first byte: 100 on OpenBSD since 4.9, 61 to 72 on FreeBSD, which has
 * the fields up to the direction in the same places. Numbers of the rule are in network order, those of pcap in the order
 * of the host that wrote it.
 */
import { readPflogPacket } from './pflog-packet.ts';
import { formatPflogLine } from './pflog-line.ts';

/** Length of the header of the file. */
export const PCAP_HEADER = 24;
/** Length of the header of a record. */
export const RECORD_HEADER = 16;
/** Longest packet that is taken; pflogd keeps 160 bytes of each. */
export const MOST_PACKET = 131_072;

const PFLOG = 117;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const DAYS_7 = 7 * 86_400;
/** A `pfloghdr` of any system begins with one of these lengths. */
const HEADER_LENGTHS = { least: 45, most: 200 };

/** How the numbers of a file are to be read. */
export interface PcapFormat {
  readonly littleEndian: boolean;
  /** Parts of a second that its fraction counts. */
  readonly perSecond: 1_000_000 | 1_000_000_000;
}

/** The format that the first 24 bytes of a file tell; null: it is no pflog. */
export function readPcapHeader(bytes: Uint8Array): PcapFormat | null {
  if (bytes.length < PCAP_HEADER) return null;
  const view = viewOf(bytes);
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic !== MICROSECONDS && magic !== NANOSECONDS) continue;
    // The upper half may hold flags of the link type.
    if ((view.getUint32(20, littleEndian) & 0xffff) !== PFLOG) return null;
    return { littleEndian, perSecond: magic === MICROSECONDS ? 1_000_000 : 1_000_000_000 };
  }
  return null;
}

/** What was read of some bytes that begin with a record. */
export interface PflogPiece {
  /** A line for each packet, each ended by `\n`. */
  readonly lines: string;
  /** Bytes of whole records. */
  readonly used: number;
  /** What follows is no record. */
  readonly damaged: boolean;
}

/** Reads whole records. What is behind the last of them is left for when there is more. Never throws. */
export function readRecords(bytes: Uint8Array, start: number, format: PcapFormat): PflogPiece {
  const lines: string[] = [];
  const walked = walkRecords(bytes, start, format, (record, at) => {
    const captured = bytes.subarray(at, at + record.captured);
    const packet = readPflogPacket(captured, record.length);
    lines.push(`${formatPflogLine(stampOf(record), packet)}\n`);
  });
  return { lines: lines.join(''), ...walked };
}

/** The bytes of whole records from `start` on, without reading what they hold. */
export function skipRecords(bytes: Uint8Array, start: number, format: PcapFormat): number {
  return walkRecords(bytes, start, format, () => undefined).used;
}

/** Gives each whole record, and where its packet begins. */
function walkRecords(
  bytes: Uint8Array,
  start: number,
  format: PcapFormat,
  take: (record: RecordHeader, at: number) => void,
): Pick<PflogPiece, 'used' | 'damaged'> {
  const view = viewOf(bytes);
  let at = start;
  while (at + RECORD_HEADER <= bytes.length) {
    const record = recordAt(view, at, format);
    if (record === null) return { used: at, damaged: true };
    const packet = at + RECORD_HEADER;
    if (packet + record.captured > bytes.length) break;
    take(record, packet);
    at = packet + record.captured;
  }
  return { used: at, damaged: false };
}

/** Where the next record begins behind a damaged one; the length of the bytes, less a header, when there is none. */
export function findRecord(bytes: Uint8Array, start: number, format: PcapFormat): number {
  const view = viewOf(bytes);
  for (let at = start; at + RECORD_HEADER < bytes.length; at += 1) {
    if (isRecordAt(bytes, view, at, format)) return at;
  }
  return Math.max(start, bytes.length - RECORD_HEADER);
}

interface RecordHeader {
  readonly seconds: number;
  /** Microseconds. */
  readonly fraction: number;
  /** Bytes that are there, and bytes that there were. */
  readonly captured: number;
  readonly length: number;
}

/** Null when it cannot be one. */
function recordAt(view: DataView, at: number, format: PcapFormat): RecordHeader | null {
  const { littleEndian, perSecond } = format;
  const [seconds, parts, captured, length] = [0, 4, 8, 12].map((field) =>
    view.getUint32(at + field, littleEndian),
  ) as [number, number, number, number];
  if (parts >= perSecond || captured === 0 || captured > MOST_PACKET || captured > length)
    return null;
  return { seconds, fraction: Math.floor(parts / (perSecond / 1_000_000)), captured, length };
}

/** A record in the midst of other bytes: its packet begins as one of pflog, and another one, or nothing, follows. */
function isRecordAt(bytes: Uint8Array, view: DataView, at: number, format: PcapFormat): boolean {
  const record = recordAt(view, at, format);
  const headerLength = bytes[at + RECORD_HEADER] ?? 0;
  if (record === null) return false;
  if (headerLength < HEADER_LENGTHS.least || headerLength > HEADER_LENGTHS.most) return false;
  const next = at + RECORD_HEADER + record.captured;
  if (next + RECORD_HEADER > bytes.length) return true;
  const after = recordAt(view, next, format);
  return after !== null && Math.abs(after.seconds - record.seconds) < DAYS_7;
}

/** RFC 3339, with microseconds. */
function stampOf({ seconds, fraction }: RecordHeader): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(fraction).padStart(6, '0')}Z`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
