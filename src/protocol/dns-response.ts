import { FormatError } from '../core/errors.ts';
import { decodeApl, type AplTarget } from './apl.ts';
import { uint16At, uint32At } from './dns-bytes.ts';
import { nameEnd, readName } from './dns-name.ts';
import {
  FLAG,
  HEADER_BYTES,
  RecordCursor,
  SECTION,
  readHeader,
  type DnsHeader,
} from './dns-scan.ts';
import { CLASS_IN, RCODE, TYPE, rcodeName, typeName } from './dns-types.ts';

/** What was asked: an answer must have the same id and question. */
export interface Asked {
  readonly id: number;
  /** As `checkName` returns it. */
  readonly name: string;
  /** Number; see `TYPE`. */
  readonly type: number;
}

/** Why an answer is not one that can be used. */
export type ResponseReason =
  | 'not-a-response'
  | 'other-id'
  | 'other-question'
  | 'truncated'
  | 'rcode'
  | 'other-record'
  | 'no-answer';

/** A well-formed message that does not answer the question. */
export class ResponseError extends FormatError {
  readonly reason: ResponseReason;
  /** The response code; 0 unless `reason` is `rcode`. */
  readonly rcode: number;

  constructor(reason: ResponseReason, message: string, rcode: number = RCODE.NOERROR) {
    super(message);
    this.reason = reason;
    this.rcode = rcode;
  }
}

/**
 * Checks that a message from TCP answers the question, without error. It may have no records.
 * @throws ResponseError when it does not; FormatError when it is damaged.
 */
export function checkResponse(message: Uint8Array, asked: Asked): DnsHeader {
  const header = readHeader(message);
  const what = `The answer for ${typeName(asked.type)} ${asked.name}`;
  if ((header.flags & FLAG.QR) === 0 || header.opcode !== 0) {
    throw new ResponseError('not-a-response', `${what} is not a response to a query.`);
  }
  if (header.id !== asked.id) {
    throw new ResponseError('other-id', `${what} has id ${header.id}, not ${asked.id}.`);
  }
  checkQuestion(message, header, asked, what);
  if (header.rcode !== RCODE.NOERROR) {
    const code = rcodeName(header.rcode);
    throw new ResponseError('rcode', `${what} is ${code}.`, header.rcode);
  }
  if ((header.flags & FLAG.TC) !== 0) {
    throw new ResponseError('truncated', `${what} is truncated, over TCP.`);
  }
  return header;
}

/**
 * Reads an answer of A, AAAA or APL records straight into prefix columns.
 * @param asked type A, AAAA or APL
 * @param into what it holds is to be thrown away when this throws
 * @returns the number of records, 1 at least
 * @throws ResponseError as {@link checkResponse}, `no-answer` without records, or when none has an item,
 * `other-record` for a record of another name (a CNAME is not followed) or type; FormatError when a record is damaged
 */
export function scanAddresses(message: Uint8Array, asked: Asked, into: AplTarget): number {
  checkResponse(message, asked);
  const records = new RecordCursor(message);
  let found = 0;
  const before = entriesIn(into);
  while (records.next()) {
    if (records.section === SECTION.ANSWER) {
      checkBelongs(records, asked);
      addRecord(records, into);
      found += 1;
    } else {
      checkEdns(records);
    }
  }
  if (entriesIn(into) === before) {
    const what = `${typeName(asked.type)} ${asked.name}`;
    throw new ResponseError('no-answer', `There is no ${what}: the answer is empty.`);
  }
  return found;
}

/**
 * Checks that all records of the answer section are what was asked for.
 * @throws ResponseError `other-record`; FormatError when a record is damaged
 */
export function checkAnswers(message: Uint8Array, asked: Asked): void {
  const records = new RecordCursor(message);
  while (records.next()) {
    if (records.section === SECTION.ANSWER) checkBelongs(records, asked);
  }
}

/**
 * Checks that a record is not an OPT record with the upper bits of an error (RFC 6891 §6.1.3): of BADVERS the header
 * alone reads NOERROR.
 * @throws ResponseError `rcode`
 */
export function checkEdns({ type, ttl, header }: RecordCursor): void {
  const upper = ttl >>> 24;
  if (type !== TYPE.OPT || upper === 0) return;
  const rcode = (upper << 4) | header.rcode;
  throw new ResponseError('rcode', `The answer is an error: ${rcodeName(rcode)}.`, rcode);
}

function entriesIn({ include4, include6, exclude4, exclude6 }: AplTarget): number {
  return include4.size + include6.size + exclude4.size + exclude6.size;
}

/** An error answer may leave the question out (BIND does for FORMERR). */
function checkQuestion(message: Uint8Array, header: DnsHeader, asked: Asked, what: string): void {
  if (header.questions === 0 && header.rcode !== RCODE.NOERROR) return;
  if (header.questions !== 1 || !asks(message, asked)) {
    throw new ResponseError('other-question', `${what} is for another question.`);
  }
}

function asks(message: Uint8Array, asked: Asked): boolean {
  const end = nameEnd(message, HEADER_BYTES);
  return (
    uint16At(message, end) === asked.type &&
    uint16At(message, end + 2) === CLASS_IN &&
    isName(message, asked.name)
  );
}

function isName(message: Uint8Array, name: string): boolean {
  try {
    return readName(message, HEADER_BYTES) === name;
  } catch {
    // A name with other characters is certainly not the one we asked for.
    return false;
  }
}

function checkBelongs(record: RecordCursor, asked: Asked): void {
  const fits = record.type === asked.type && record.class === CLASS_IN && record.ownedByQuestion();
  if (fits) return;
  throw new ResponseError(
    'other-record',
    `The answer for ${typeName(asked.type)} ${asked.name} holds a record of another name or type (${typeName(record.type)}).`,
  );
}

function addRecord(record: RecordCursor, into: AplTarget): void {
  const { message, rdataStart: start, rdataEnd: end } = record;
  if (record.type === TYPE.APL) {
    decodeApl(message, start, end, into);
  } else if (record.type === TYPE.A) {
    checkBytes(record, 4);
    into.include4.add4(uint32At(message, start), 32);
  } else {
    checkBytes(record, 16);
    const [w0, w1] = [uint32At(message, start), uint32At(message, start + 4)];
    const [w2, w3] = [uint32At(message, start + 8), uint32At(message, start + 12)];
    into.include6.add6(w0, w1, w2, w3, 128);
  }
}

function checkBytes(record: RecordCursor, wanted: number): void {
  const bytes = record.rdataEnd - record.rdataStart;
  if (bytes === wanted) return;
  const type = typeName(record.type);
  throw new FormatError(`DNS message: a record of type ${type} has ${bytes} bytes, not ${wanted}.`);
}
