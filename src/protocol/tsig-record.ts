import { FormatError } from '../core/errors.ts';
import { uint16At, uint16s, uint48At } from './dns-bytes.ts';
import { nameEnd, readName } from './dns-name.ts';
import { RecordCursor, SECTION } from './dns-scan.ts';
import { CLASS_ANY, TYPE } from './dns-types.ts';

/** The TSIG record of a message (RFC 8945 §4.2). */
export interface TsigRecord {
  readonly keyName: string;
  readonly algorithm: string;
  /** When it was signed, seconds since 1970. */
  readonly timeS: number;
  /** Seconds by which the clocks may differ. */
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly otherData: Uint8Array;
  /** Where the record starts in the message. */
  readonly start: number;
}

/**
 * The TSIG record of a message, or null when it is not signed. Nothing is verified.
 * @throws FormatError when a record is damaged, or when a TSIG record is not the last one of the message.
 */
export function readTsig(message: Uint8Array): TsigRecord | null {
  const records = new RecordCursor(message);
  let found: TsigRecord | null = null;
  while (records.next()) {
    if (found !== null) throw new FormatError('DNS message: a record follows the TSIG record.');
    if (records.type === TYPE.TSIG) found = readRecord(records);
  }
  return found;
}

/** A copy of the message as it was before it was signed: without the record, with its first id. */
export function withoutTsig(message: Uint8Array, tsig: TsigRecord): Uint8Array {
  const plain = message.slice(0, tsig.start);
  plain.set(uint16s(tsig.originalId), 0);
  plain.set(uint16s(uint16At(message, 10) - 1), 10);
  return plain;
}

function readRecord(record: RecordCursor): TsigRecord {
  const { message, ownerStart: start, rdataStart, rdataEnd } = record;
  if (record.section !== SECTION.ADDITIONAL) {
    throw new FormatError('DNS message: a TSIG record is not in the additional section.');
  }
  if (record.class !== CLASS_ANY || record.ttl !== 0) {
    throw new FormatError('DNS message: the class or TTL of the TSIG record is wrong.');
  }
  const rdata = message.subarray(0, rdataEnd);
  const times = nameEnd(rdata, rdataStart);
  const macStart = times + 10;
  const macEnd = macStart + uint16At(rdata, times + 8);
  const otherStart = macEnd + 6;
  if (otherStart + uint16At(rdata, macEnd + 4) !== rdataEnd) {
    throw new FormatError('DNS message: the TSIG record is damaged.');
  }
  return {
    keyName: readName(message, start),
    algorithm: readName(rdata, rdataStart),
    timeS: uint48At(rdata, times),
    fudge: uint16At(rdata, times + 6),
    mac: message.slice(macStart, macEnd),
    originalId: uint16At(rdata, macEnd),
    error: uint16At(rdata, macEnd + 2),
    otherData: message.slice(otherStart, rdataEnd),
    start,
  };
}
