/** Prefixes read from the bytes of a line, without a string per line. */

const NEWLINE = 0x0a;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_A = 0x41;
/** Makes a letter lower case; digits have the bit already. */
const LOWER = 0x20;
/** What is given out of a line that is no plain prefix; more than any prefix takes. */
const LONGEST_LINE = 200;

/**
 * Goes through the lines of a table. Only the plain forms are read here (no blanks, no `\r`, no dotted quad inside IPv6);
 * all other lines are given out as text, so that one place, `parsePrefix`, knows what is allowed.
 */
export class LineReader {
  /** Where the next line begins. */
  at = 0;
  /** The address read last: one word (IPv4) or four. */
  readonly words = new Uint32Array(4);
  /** Its prefix length. */
  length = 0;
  readonly #bytes: Uint8Array;
  readonly #groups = new Uint16Array(8);

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Takes the line when it is an IPv4 prefix and nothing else. False: not taken. */
  readPrefix4(): boolean {
    const bytes = this.#bytes;
    let at = this.at;
    let word = 0;
    for (let octets = 0; octets < 4; octets += 1) {
      if (octets > 0 && bytes[at++] !== DOT) return false;
      const octet = numberAt(bytes, at);
      if (octet < 0 || valueOf(octet) > 255) return false;
      word = (word << 8) | valueOf(octet);
      at += digitsOf(octet);
    }
    if (!this.#endLine(at, 32)) return false;
    this.words[0] = word;
    return true;
  }

  /** Takes the line when it is an IPv6 prefix and nothing else. False: not taken. */
  readPrefix6(): boolean {
    const end = this.#readGroups(this.at);
    if (end < 0 || !this.#endLine(end, 128)) return false;
    for (let word = 0; word < 4; word += 1) {
      const high = this.#groups[word * 2] as number;
      this.words[word] = (high << 16) | (this.#groups[word * 2 + 1] as number);
    }
    return true;
  }

  /** Takes the line, as Latin-1 text. */
  readLine(): string {
    const newline = this.#bytes.indexOf(NEWLINE, this.at);
    const end = newline < 0 ? this.#bytes.length : newline;
    const shown = this.#bytes.subarray(this.at, Math.min(end, this.at + LONGEST_LINE));
    this.at = end + 1;
    return String.fromCharCode(...shown);
  }

  /** Reads the prefix length, if there is one, and the end of the line. */
  #endLine(start: number, longest: number): boolean {
    const bytes = this.#bytes;
    let at = start;
    let length = longest;
    if (bytes[at] === SLASH) {
      const number = numberAt(bytes, at + 1);
      if (number < 0 || valueOf(number) > longest) return false;
      length = valueOf(number);
      at += 1 + digitsOf(number);
    }
    if (bytes[at] !== NEWLINE) return false;
    this.length = length;
    this.at = at + 1;
    return true;
  }

  /** Reads the groups of an IPv6 address; returns the offset behind it, or -1. */
  #readGroups(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    let count = 0;
    let gap = -1;
    while (count <= 8) {
      if (bytes[at] === COLON && bytes[at + 1] === COLON) {
        if (gap >= 0) return -1;
        gap = count;
        at += 2;
      } else if (count > 0) {
        if (bytes[at] !== COLON) break;
        at += 1;
      }
      const group = hexAt(bytes, at);
      if (group < 0) {
        if (gap !== count) return -1;
        break;
      }
      this.#groups[count] = valueOf(group);
      count += 1;
      at += digitsOf(group);
    }
    return this.#fillGap(count, gap) ? at : -1;
  }

  /** Puts zeros where `::` was, before group `gap` of `count` groups. False: the number of groups is wrong. */
  #fillGap(count: number, gap: number): boolean {
    if (gap < 0) return count === 8;
    if (count >= 8) return false;
    this.#groups.copyWithin(8 - count + gap, gap, count).fill(0, gap, 8 - count + gap);
    return true;
  }
}

/**
 * A decimal number of one to three digits without leading zeros, with the count of its digits in the three lowest bits;
 * -1: there is none. One value for both, because an object for each number would cost more than reading it.
 */
function numberAt(bytes: Uint8Array, at: number): number {
  const first = digitOf(bytes[at]);
  if (first < 0) return -1;
  const second = digitOf(bytes[at + 1]);
  if (second < 0) return (first << 3) | 1;
  if (first === 0) return -1;
  const third = digitOf(bytes[at + 2]);
  if (third < 0) return ((first * 10 + second) << 3) | 2;
  return ((first * 100 + second * 10 + third) << 3) | 3;
}

/** A hexadecimal number of one to four digits, in the form of {@link numberAt}. */
function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  let digits = 0;
  while (digits < 4) {
    const digit = hexDigitOf(bytes[at + digits]);
    if (digit < 0) break;
    value = (value << 4) | digit;
    digits += 1;
  }
  return digits === 0 ? -1 : (value << 3) | digits;
}

function valueOf(number: number): number {
  return number >> 3;
}

function digitsOf(number: number): number {
  return number & 7;
}

/** 0..9, or -1 for anything else. */
function digitOf(byte: number | undefined): number {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : -1;
}

/** 0..15, or -1 for anything else. */
function hexDigitOf(byte: number | undefined): number {
  if (byte === undefined || byte < UPPER_A) return digitOf(byte);
  const letter = (byte | LOWER) - (UPPER_A | LOWER);
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}
