import { FormatError } from '../core/errors.ts';
import { ResponseError, checkResponse, type Asked } from '../protocol/dns-response.ts';
import { FLAG, RecordCursor, SECTION, readHeader } from '../protocol/dns-scan.ts';
import { RCODE, TYPE, rcodeName } from '../protocol/dns-types.ts';
import { TsigError, readTsig, verifyMessage, type TsigKey } from '../protocol/tsig.ts';
import type { RecordTaker } from './transfer-taker.ts';

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

/** Codes of a server that does not offer differences. */
const NOT_OFFERED: ReadonlySet<number> = new Set([RCODE.FORMERR, RCODE.NOTIMP, RCODE.REFUSED]);

/** Reads the messages of a zone transfer, AXFR or IXFR. */
export class TransferReader {
  readonly #asked: Asked;
  readonly #chain: TsigChain | null;
  readonly #taker: RecordTaker;
  #first = true;
  #refused = false;

  /** @param chain null when the transfer is not signed */
  constructor(asked: Asked, chain: TsigChain | null, taker: RecordTaker) {
    this.#asked = asked;
    this.#chain = chain;
    this.#taker = taker;
  }

  /** Whether the server answered IXFR by saying that it has none. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Takes the next message; false when it was the last one. @throws TsigError, ResponseError or FormatError */
  take(raw: Uint8Array): boolean {
    const message = this.#chain?.verify(raw) ?? raw;
    if (this.#first && this.#isRefusal(message)) {
      this.#refused = true;
      return false;
    }
    this.#check(message);
    this.#takeRecords(new RecordCursor(message));
    if (this.#taker.ended && this.#chain?.complete === false) {
      throw new TsigError('missing', 'The last message of the zone transfer is not signed.');
    }
    return !this.#taker.ended;
  }

  #takeRecords(records: RecordCursor): void {
    while (records.next()) {
      if (records.section !== SECTION.ANSWER) continue;
      if (this.#taker.ended) throw new FormatError(`${this.#what()} goes on behind its end.`);
      this.#taker.take(records);
    }
  }

  #isRefusal(message: Uint8Array): boolean {
    if (this.#asked.type !== TYPE.IXFR) return false;
    try {
      checkResponse(message, this.#asked);
      return false;
    } catch (error) {
      if (error instanceof ResponseError && NOT_OFFERED.has(error.rcode)) return true;
      throw error;
    }
  }

  /** Later messages need not repeat the question (RFC 5936 §2.2.1). */
  #check(message: Uint8Array): void {
    const { questions, flags, rcode, answers } = readHeader(message);
    const what = this.#what();
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

  #what(): string {
    return `The transfer of ${this.#asked.name}`;
  }
}
