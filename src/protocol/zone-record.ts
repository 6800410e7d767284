/**
 * Records of a zone as they are kept between two transfers. Only what a policy can be made of is kept: A, APL and PTR
 * records, and the triggers by address of a response policy zone. Equal records have equal bytes, whichever message
 * they came in: owner (lower case, not compressed, without the zone's labels), type (2 bytes), length of the data
 * (2 bytes), data. Time to live and class are left out.
 */
import { FormatError } from '../core/errors.ts';
import { uint16At } from './dns-bytes.ts';
import { copyName, nameEnd } from './dns-name.ts';
import type { RecordCursor } from './dns-scan.ts';
import { CLASS_IN, TYPE } from './dns-types.ts';

const MAX_NAME = 255;
/** Owner, type and length. */
const MAX_START = MAX_NAME + 4;

/** Room that is enough for any record. */
export const LARGEST_RECORD = MAX_START + 65_535;

/** The last label of a trigger by address, with its length. */
const RPZ_IP = Buffer.from('\x06rpz-ip', 'latin1');
/** Records that DNSSEC adds to every name (RFC 4034): RRSIG and NSEC. */
const DNSSEC: ReadonlySet<number> = new Set([46, 47]);

/** Bytes that {@link writeZoneRecord} may need for a record. */
export function roomFor({ rdataStart, rdataEnd }: RecordCursor): number {
  return MAX_START + Math.max(MAX_NAME, rdataEnd - rdataStart);
}

/**
 * Writes a record of a transfer in the form above.
 * @param zone its name on the wire, lower case
 * @param into with {@link roomFor} the record behind `at`
 * @returns the offset behind it; `at` when the record is not kept
 * @throws FormatError when its data is not what its type says
 */
export function writeZoneRecord(
  record: RecordCursor,
  zone: Uint8Array,
  into: Uint8Array,
  at: number,
): number {
  if (record.class !== CLASS_IN) return at;
  const below = copyName(record.message, record.ownerStart, into, at) - zone.length;
  if (!isInZone(into, at, below, zone) || !isKept(record.type, into, at, below)) return at;
  into[below] = 0;
  writeUint16(into, below + 1, record.type);
  const data = below + 5;
  const end = writeData(record, into, data);
  writeUint16(into, below + 3, end - data);
  return end;
}

/** Goes through records in the form above. One object for all of them. */
export class ZoneRecordCursor {
  start = 0;
  type = 0;
  dataStart = 0;
  /** Behind the record. */
  end = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Moves to the next record; false behind the last one. @throws FormatError when it is cut. */
  next(): boolean {
    if (this.end === this.bytes.length) return false;
    this.start = this.end;
    const fixed = nameEnd(this.bytes, this.start);
    this.type = uint16At(this.bytes, fixed);
    this.dataStart = fixed + 4;
    this.end = this.dataStart + uint16At(this.bytes, fixed + 2);
    if (this.end > this.bytes.length) throw new FormatError('A kept record of a zone is cut.');
    return true;
  }
}

/** Whether the zone's labels are the last ones; `below` is where they would begin. */
function isInZone(into: Uint8Array, at: number, below: number, zone: Uint8Array): boolean {
  let label = at;
  while (label < below) label += 1 + (into[label] ?? 0);
  return label === below && equals(into, below, zone);
}

function isKept(type: number, into: Uint8Array, at: number, below: number): boolean {
  if (type === TYPE.APL || type === TYPE.A || type === TYPE.PTR) return true;
  const last = below - RPZ_IP.length;
  return last >= at && equals(into, last, RPZ_IP) && !DNSSEC.has(type);
}

function equals(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function writeData(record: RecordCursor, into: Uint8Array, at: number): number {
  const { message, type, rdataStart, rdataEnd } = record;
  if (type === TYPE.PTR || type === TYPE.CNAME) {
    if (nameEnd(message, rdataStart) !== rdataEnd) {
      throw new FormatError('DNS message: the data of a record is not the name it should be.');
    }
    return copyName(message, rdataStart, into, at);
  }
  into.set(message.subarray(rdataStart, rdataEnd), at);
  return at + rdataEnd - rdataStart;
}

function writeUint16(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 8;
  into[at + 1] = value & 0xff;
}
