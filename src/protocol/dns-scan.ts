import { FormatError } from '../core/errors.ts';
import { uint16At, uint32At } from './dns-bytes.ts';
import { nameEnd, sameName } from './dns-name.ts';

/** Where the first question starts: behind the header. */
export const HEADER_BYTES = 12;

/** Flags of a header (RFC 1035 §4.1.1), as masks of its second 16-bit word. */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100, RA: 0x0080 } as const;

/** The header of a message. */
export interface DnsHeader {
  readonly id: number;
  /** All 16 flag bits; see {@link FLAG}. */
  readonly flags: number;
  readonly opcode: number;
  readonly rcode: number;
  readonly questions: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

/** Sections of a message that hold records. */
export const SECTION = { ANSWER: 1, AUTHORITY: 2, ADDITIONAL: 3 } as const;

/** The header. @throws FormatError when the message is shorter than one. */
export function readHeader(message: Uint8Array): DnsHeader {
  const flags = uint16At(message, 2);
  return {
    id: uint16At(message, 0),
    flags,
    opcode: (flags >>> 11) & 0xf,
    rcode: flags & 0xf,
    questions: uint16At(message, 4),
    answers: uint16At(message, 6),
    authorities: uint16At(message, 8),
    additionals: uint16At(message, 10),
  };
}

/**
 * Goes through the records of a message in order. One object for all records, so that a message of
 * 4,000 addresses makes no garbage. Every record is checked before it is shown: its name is well formed
 * ({@link nameEnd}) and its data end inside the message, the last one exactly at its end.
 */
export class RecordCursor {
  /** One of {@link SECTION}. */
  section = 0;
  type = 0;
  class = 0;
  ttl = 0;
  ownerStart = 0;
  rdataStart = 0;
  /** Behind the data. */
  rdataEnd = 0;
  readonly message: Uint8Array;
  readonly header: DnsHeader;
  #left: number;
  #at: number;

  /** @throws FormatError when the header or a question is damaged. */
  constructor(message: Uint8Array) {
    this.message = message;
    this.header = readHeader(message);
    this.#left = this.header.answers;
    this.#at = HEADER_BYTES;
    for (let i = 0; i < this.header.questions; i++) this.#at = nameEnd(message, this.#at) + 4;
    this.rdataEnd = this.#at;
    this.section = SECTION.ANSWER;
  }

  /** Moves to the next record; false behind the last one. @throws FormatError when it is damaged. */
  next(): boolean {
    while (this.#left === 0) {
      if (this.section === SECTION.ADDITIONAL) return this.#finish();
      this.section += 1;
      this.#left = this.#countOf(this.section);
    }
    this.#left -= 1;
    this.#read();
    return true;
  }

  /** Whether the record belongs to the first question's name. */
  ownedByQuestion(): boolean {
    const pointer = uint16At(this.message, this.ownerStart);
    return pointer === POINTER_TO_QUESTION || sameName(this.message, this.ownerStart, HEADER_BYTES);
  }

  #countOf(section: number): number {
    return section === SECTION.AUTHORITY ? this.header.authorities : this.header.additionals;
  }

  #read(): void {
    const { message } = this;
    this.ownerStart = this.#at;
    const fixed = this.#ownerEnd();
    this.type = uint16At(message, fixed);
    this.class = uint16At(message, fixed + 2);
    this.ttl = uint32At(message, fixed + 4);
    this.rdataStart = fixed + 10;
    this.rdataEnd = this.rdataStart + uint16At(message, fixed + 8);
    if (this.rdataEnd > message.length) {
      throw new FormatError(
        `DNS message: the record at byte ${this.ownerStart} runs past the end of the message (${message.length} bytes).`,
      );
    }
    this.#at = this.rdataEnd;
  }

  #ownerEnd(): number {
    const { message } = this;
    const isQuestion =
      this.header.questions > 0 && uint16At(message, this.ownerStart) === POINTER_TO_QUESTION;
    return isQuestion ? this.ownerStart + 2 : nameEnd(message, this.ownerStart);
  }

  #finish(): false {
    if (this.#at !== this.message.length) {
      const extra = this.message.length - this.#at;
      throw new FormatError(
        extra > 0
          ? `DNS message: ${extra} bytes follow the last record.`
          : 'DNS message: it ends inside a question.',
      );
    }
    return false;
  }
}

/** A compression pointer to byte 12, which is what servers write for the owner of an answer. */
const POINTER_TO_QUESTION = 0xc000 | HEADER_BYTES;
