/**
 * DNS queries and small answers. The only user of `dns-packet`; what it reads was checked before by our
 * own scanner, because it accepts records that run past their length or the message.
 */
import packet from 'dns-packet';
import { FormatError, messageOf, printable } from '../core/errors.ts';
import { nameEnd, readName, checkName } from './dns-name.ts';
import type { Soa } from './dns-rdata.ts';
import { checkEdns } from './dns-response.ts';
import { RecordCursor, SECTION } from './dns-scan.ts';
import { CLASS_IN, TYPE, typeName, type TypeName } from './dns-types.ts';

export { encodeResponse, parseQuestion } from './dns-answer.ts';
export type { AnswerRecord, EncodedRecords, Question, Response } from './dns-answer.ts';
export { encodeSoa, encodeTxt, type Soa } from './dns-rdata.ts';

/** A query to be sent. */
export interface Query {
  /** 0..65535. */
  readonly id: number;
  readonly name: string;
  readonly type: Exclude<TypeName, 'OPT' | 'TSIG' | 'ANY' | 'IXFR'>;
}

/** A record of a small answer. Names are checked and in lower case. */
export type SmallRecord =
  | { readonly type: 'SOA'; readonly name: string; readonly soa: Soa }
  | { readonly type: 'PTR'; readonly name: string; readonly target: string }
  | { readonly type: 'TXT'; readonly name: string; readonly strings: readonly string[] };

/** The SOA, PTR and TXT records of an answer. Address, CNAME and NS records are left out. */
export interface SmallAnswer {
  readonly answers: readonly SmallRecord[];
  readonly authority: readonly SmallRecord[];
}

/** A query of one question, class IN, recursion desired. @throws FormatError for a bad name. */
export function encodeQuery(query: Query): Uint8Array {
  return packet.encode({
    type: 'query',
    id: query.id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type: query.type, name: checkName(query.name), class: 'IN' }],
  });
}

/**
 * Reads an answer of few records. Records of the additional section are checked, not returned.
 * @throws FormatError when a record is damaged, has a name that is not one, or is of a type that does not
 * belong into such an answer.
 */
export function decodeSmall(message: Uint8Array): SmallAnswer {
  const checked = cutToRecords(message);
  try {
    const { answers = [], authorities = [] } = packet.decode(checked);
    return { answers: answers.flatMap(smallRecord), authority: authorities.flatMap(smallRecord) };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`DNS message: ${messageOf(error)}.`);
  }
}

/** A copy that ends behind the authority section, every record of it checked. */
function cutToRecords(message: Uint8Array): Buffer {
  const records = new RecordCursor(message);
  let end = records.rdataEnd;
  while (records.next()) {
    if (records.section === SECTION.ADDITIONAL) {
      checkEdns(records);
      continue;
    }
    checkRdata(records);
    end = records.rdataEnd;
  }
  const copy = Buffer.from(message.subarray(0, end));
  copy.writeUInt16BE(0, 10);
  return copy;
}

/** Whether the data is exactly what its type says. */
function checkRdata(record: RecordCursor): void {
  if (record.class !== CLASS_IN) {
    throw new FormatError('DNS message: a record is not of class IN.');
  }
  if (rdataLengthOf(record) !== record.rdataEnd - record.rdataStart) {
    const type = typeName(record.type);
    throw new FormatError(`DNS message: a record of type ${type} has data of a wrong length.`);
  }
}

function rdataLengthOf(record: RecordCursor): number {
  const { message, rdataStart } = record;
  switch (record.type) {
    case TYPE.A:
      return 4;
    case TYPE.AAAA:
      return 16;
    case TYPE.PTR:
      readName(message, rdataStart);
      return nameEnd(message, rdataStart) - rdataStart;
    case TYPE.NS:
    case TYPE.CNAME:
      return nameEnd(message, rdataStart) - rdataStart;
    case TYPE.SOA:
      return nameEnd(message, nameEnd(message, rdataStart)) + 20 - rdataStart;
    case TYPE.TXT:
      return textLength(record);
    default:
      throw new FormatError(`DNS message: unexpected record of type ${typeName(record.type)}.`);
  }
}

function textLength(record: RecordCursor): number {
  let at = record.rdataStart;
  while (at < record.rdataEnd) at += 1 + (record.message[at] ?? 0);
  return at - record.rdataStart;
}

function smallRecord(record: packet.Answer): SmallRecord[] {
  if (record.type === 'SOA') {
    return [{ type: 'SOA', name: checkName(record.name), soa: soaOf(record.data) }];
  }
  if (record.type === 'PTR') {
    return [{ type: 'PTR', name: checkName(record.name), target: checkName(record.data) }];
  }
  if (record.type === 'TXT') {
    return [{ type: 'TXT', name: checkName(record.name), strings: textsOf(record.data) }];
  }
  return [];
}

/** All times are there in what was decoded; the library's type is that of records to be written. */
function soaOf(data: packet.SoaData): Soa {
  const { mname, rname, serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0 } = data;
  return {
    mname: printable(mname),
    rname: printable(rname),
    serial,
    refresh,
    retry,
    expire,
    minimum,
  };
}

function textsOf(data: packet.TxtData): string[] {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return [data].flat().map((string) => {
    if (typeof string === 'string') return string;
    try {
      return utf8.decode(string);
    } catch (cause) {
      throw new FormatError('DNS message: a string of a TXT record is not UTF-8.', { cause });
    }
  });
}
