import { FormatError } from '../core/errors.ts';
import { MAX_MESSAGE_BYTES, concat, uint16At, uint16s, uint32s } from './dns-bytes.ts';
import { encodeName, nameEnd, readName } from './dns-name.ts';
import { FLAG, HEADER_BYTES, RecordCursor, readHeader } from './dns-scan.ts';
import { CLASS_IN, TYPE } from './dns-types.ts';

/** A query as a server sees it. */
export interface Question {
  readonly id: number;
  /** Checked, lower case. */
  readonly name: string;
  /** Number; see `TYPE`. */
  readonly type: number;
  readonly recursionDesired: boolean;
  /** Whether the query has an OPT record; the answer then must have one (RFC 6891 §6.1.1). */
  readonly edns: boolean;
  /** Version of the OPT record; 0 without one. Only 0 is known (RFC 6891 §6.1.3). */
  readonly ednsVersion: number;
  /** The largest answer over UDP that the client takes, in bytes; 512 without EDNS. */
  readonly udpBytes: number;
  /** The question section as it came, which the answer repeats. */
  readonly bytes: Uint8Array;
}

/** A record to be written. */
export interface AnswerRecord {
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** Records as bytes. */
export interface EncodedRecords {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** A response to be written. */
export interface Response {
  readonly question: Question;
  /** Above 15 only with EDNS, see BADVERS. */
  readonly rcode: number;
  readonly authoritative?: boolean;
  /** TC: the answer does not fit; used over UDP. */
  readonly truncated?: boolean;
  readonly answers?: readonly AnswerRecord[];
  /** More records of the answer section, written before: their owner is a pointer to the question, or not compressed. */
  readonly encoded?: EncodedRecords;
  readonly authority?: readonly AnswerRecord[];
}

/** UDP payload size that the server's OPT record names (DNS flag day 2020). */
const UDP_BYTES = 1232;
const PLAIN_UDP_BYTES = 512;
const NO_RECORDS: EncodedRecords = { count: 0, bytes: new Uint8Array(0) };
const POINTER_TO_QUESTION = uint16s(0xc000 | HEADER_BYTES);

/**
 * Reads a query of one question of class IN. Records behind it may be EDNS or a TSIG, which is not
 * verified here.
 * @throws FormatError for anything else; the server then answers FORMERR, NOTIMP or nothing.
 */
export function parseQuestion(message: Uint8Array): Question {
  const header = readHeader(message);
  if ((header.flags & FLAG.QR) !== 0) throw new FormatError('DNS message: it is not a query.');
  if (header.opcode !== 0)
    throw new FormatError(`DNS query: opcode ${header.opcode} is not served.`);
  if (header.questions !== 1) {
    throw new FormatError(`DNS query: it has ${header.questions} questions, not 1.`);
  }
  const name = readName(message, HEADER_BYTES);
  const end = nameEnd(message, HEADER_BYTES);
  if (uint16At(message, end + 2) !== CLASS_IN) {
    throw new FormatError(`DNS query for ${name}: the class is not IN.`);
  }
  const edns = ednsOf(message);
  return {
    id: header.id,
    name,
    type: uint16At(message, end),
    recursionDesired: (header.flags & FLAG.RD) !== 0,
    edns: edns !== null,
    ednsVersion: edns?.version ?? 0,
    udpBytes: Math.max(PLAIN_UDP_BYTES, edns?.udpBytes ?? 0),
    bytes: message.slice(HEADER_BYTES, end + 4),
  };
}

/**
 * Writes a response. An owner equal to the question's name is written as a pointer to it.
 * @throws FormatError when it would be longer than 65,535 bytes, or a name is bad.
 */
export function encodeResponse(response: Response): Uint8Array {
  const { question, answers = [], encoded = NO_RECORDS, authority = [] } = response;
  const count = answers.length + encoded.count;
  const additionals = question.edns ? 1 : 0;
  const counts = [1, count, authority.length, additionals];
  const parts = [uint16s(question.id, flagsOf(response), ...counts), question.bytes];
  for (const record of answers) parts.push(...encodeRecord(record, question));
  parts.push(encoded.bytes);
  for (const record of authority) parts.push(...encodeRecord(record, question));
  // The high bits of the response code are the first octet of the time to live.
  if (question.edns) {
    parts.push(Uint8Array.of(0), uint16s(TYPE.OPT, UDP_BYTES, (response.rcode >> 4) << 8, 0, 0));
  }
  const message = concat(parts);
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new FormatError(
      `The DNS answer for ${question.name} would have ${message.length} bytes, more than ${MAX_MESSAGE_BYTES}.`,
    );
  }
  return message;
}

function flagsOf({ question, rcode, authoritative, truncated }: Response): number {
  const set = [
    authoritative === true ? FLAG.AA : 0,
    truncated === true ? FLAG.TC : 0,
    question.recursionDesired ? FLAG.RD : 0,
  ];
  return set.reduce((flags, flag) => flags | flag, FLAG.QR | (rcode & 0xf));
}

function encodeRecord(record: AnswerRecord, question: Question): Uint8Array[] {
  if (record.rdata.length > 0xffff) {
    throw new FormatError(
      `The DNS record of ${record.name} would have ${record.rdata.length} bytes.`,
    );
  }
  const owner = record.name === question.name ? POINTER_TO_QUESTION : encodeName(record.name);
  const fixed = [uint16s(record.type, CLASS_IN), uint32s(record.ttl), uint16s(record.rdata.length)];
  return [owner, ...fixed, record.rdata];
}

/** What the OPT record says, or null without one. @throws FormatError for two of them (RFC 6891 §6.1.1) */
function ednsOf(message: Uint8Array): { udpBytes: number; version: number } | null {
  const records = new RecordCursor(message);
  let edns: { udpBytes: number; version: number } | null = null;
  while (records.next()) {
    if (records.type !== TYPE.OPT) continue;
    if (edns !== null) throw new FormatError('DNS query: it has two OPT records.');
    // In an OPT record the class field holds the size, the time to live the version (RFC 6891 §6.1.2, §6.1.3).
    edns = { udpBytes: records.class, version: (records.ttl >>> 16) & 0xff };
  }
  return edns;
}
