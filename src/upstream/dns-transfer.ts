import { FormatError } from '../core/errors.ts';
import { uint32At } from '../protocol/dns-bytes.ts';
import { nameEnd, readName } from '../protocol/dns-name.ts';
import { ResponseError, checkResponse, type Asked } from '../protocol/dns-response.ts';
import { FLAG, RecordCursor, SECTION, readHeader } from '../protocol/dns-scan.ts';
import { RCODE, TYPE, rcodeName } from '../protocol/dns-types.ts';
import { TsigError, readTsig, verifyMessage, type TsigKey } from '../protocol/tsig.ts';

/** Messages between two signatures of one transfer (RFC 8945 §5.3.1). */
const MAX_UNSIGNED = 99;

/** Verifies the signatures of an answer of several messages. */
export class TsigChain {
  readonly #key: TsigKey;
  readonly #nowS: () => number;
  readonly #requestMac: Uint8Array;
  #priorMac: Uint8Array | null = null;
  #unsigned: Uint8Array[] = [];

  /** @param requestMac of the query */
  constructor(key: TsigKey, requestMac: Uint8Array, nowS: () => number) {
    this.#key = key;
    this.#requestMac = requestMac;
    this.#nowS = nowS;
  }

  /** Whether all messages so far are covered by a signature. */
  get complete(): boolean {
    return this.#priorMac !== null && this.#unsigned.length === 0;
  }

  /** The message without its signature. @throws TsigError when it, or too many in a row, must not be used. */
  verify(message: Uint8Array): Uint8Array {
    const mayBeUnsigned = this.#priorMac !== null && this.#unsigned.length < MAX_UNSIGNED;
    if (mayBeUnsigned && readTsig(message) === null) {
      this.#unsigned.push(message.slice());
      return message;
    }
    const context =
      this.#priorMac === null
        ? { requestMac: this.#requestMac }
        : { priorMac: this.#priorMac, unsigned: this.#unsigned };
    const verified = verifyMessage(message, this.#key, this.#nowS(), context);
    this.#priorMac = verified.mac;
    this.#unsigned = [];
    return verified.message;
  }
}

/** Reads the messages of a zone transfer: SOA, the zone's records, the same SOA again (RFC 5936 §2.2). */
export class TransferReader {
  readonly #asked: Asked;
  readonly #chain: TsigChain | null;
  readonly #onRecord: (record: RecordCursor) => void;
  #serial: number | null = null;
  #first = true;
  #ended = false;

  /** @param chain null when the transfer is not signed */
  constructor(asked: Asked, chain: TsigChain | null, onRecord: (record: RecordCursor) => void) {
    this.#asked = asked;
    this.#chain = chain;
    this.#onRecord = onRecord;
  }

  /** Serial of the zone. @throws FormatError before the transfer has begun. */
  get serial(): number {
    if (this.#serial === null) throw this.#bad('has no SOA record');
    return this.#serial;
  }

  /** Takes the next message; false when it was the last one. @throws TsigError, ResponseError or FormatError */
  take(raw: Uint8Array): boolean {
    const message = this.#chain?.verify(raw) ?? raw;
    this.#check(message);
    const records = new RecordCursor(message);
    while (records.next()) {
      if (records.section === SECTION.ANSWER) this.#takeRecord(records);
    }
    if (this.#ended && this.#chain?.complete === false) {
      throw new TsigError('missing', 'The last message of the zone transfer is not signed.');
    }
    return !this.#ended;
  }

  /** Later messages need not repeat the question (RFC 5936 §2.2.1). */
  #check(message: Uint8Array): void {
    const { questions, flags, rcode, answers } = readHeader(message);
    const what = `The transfer of ${this.#asked.name}`;
    if (this.#first || questions > 0) {
      checkResponse(message, this.#asked);
    } else if (rcode !== RCODE.NOERROR) {
      throw new ResponseError('rcode', `${what} ended with ${rcodeName(rcode)}.`, rcode);
    } else if ((flags & FLAG.QR) === 0 || (flags & FLAG.TC) !== 0) {
      throw new ResponseError('not-a-response', `${what} has a message that is not a response.`);
    }
    if (answers === 0) throw new ResponseError('no-answer', `${what} has an empty message.`);
    this.#first = false;
  }

  #takeRecord(record: RecordCursor): void {
    if (this.#ended) throw this.#bad('goes on behind its end');
    if (record.type === TYPE.SOA) this.#takeSoa(record);
    else if (this.#serial === null) throw this.#bad('does not begin with the SOA record');
    else this.#onRecord(record);
  }

  #takeSoa(record: RecordCursor): void {
    const { message, ownerStart, rdataStart, rdataEnd } = record;
    const numbers = nameEnd(message, nameEnd(message, rdataStart));
    if (numbers + 20 !== rdataEnd || readName(message, ownerStart) !== this.#asked.name) {
      throw this.#bad('has an SOA record that is not of its zone');
    }
    const serial = uint32At(message, numbers);
    if (this.#serial === null) this.#serial = serial;
    else if (this.#serial === serial) this.#ended = true;
    else throw this.#bad('ends with another serial than it began with');
  }

  #bad(what: string): FormatError {
    return new FormatError(`The transfer of ${this.#asked.name} ${what}.`);
  }
}
