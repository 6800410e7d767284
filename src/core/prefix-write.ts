/** Prefixes written as text, byte by byte into a buffer: no string per entry. */
import type { PrefixList, PrefixTable } from './prefix-list.ts';

/** Longest texts with their newline, and the bytes behind them that a 4-byte write may touch. */
const LINE4 = '255.255.255.255/32\n'.length;
const LINE6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128\n'.length;
const SLACK = 4;

const NEWLINE = 0x0a;
const SLASH = 0x2f;
const COLON = 0x3a;

/** The digits of 0..255, first digit in the lowest byte, and a dot behind the last: one 4-byte write each. */
const octetText = new Uint32Array(256);
/** How many digits. */
const octetDigits = new Uint8Array(256);
for (let octet = 0; octet < 256; octet += 1) {
  const digits = `${octet}.`;
  octetDigits[octet] = digits.length - 1;
  for (let i = digits.length - 1; i >= 0; i -= 1) {
    octetText[octet] = ((octetText[octet] as number) << 8) | digits.charCodeAt(i);
  }
}

/** The table as text: one prefix a line, IPv4 first, each line ended by `\n`. Read back by `parseTable`. */
export function formatTable({ v4, v6 }: PrefixTable): Uint8Array {
  const view = new DataView(new ArrayBuffer(v4.size * LINE4 + v6.size * LINE6 + SLACK));
  const end = writeLines(view, writeLines(view, 0, v4, 0, v4.size), v6, 0, v6.size);
  return new Uint8Array(view.buffer, 0, end);
}

/** Entries that {@link tableLines} writes at once: less than a millisecond of work. */
const SLICE = 8_192;

/**
 * The text of {@link formatTable} in pieces, so that a large table is never in memory as a whole text. A piece is valid
 * until the next one is asked for: all are written into one buffer.
 */
export function* tableLines({ v4, v6 }: PrefixTable): Generator<Uint8Array> {
  for (const list of [v4, v6]) {
    const line = list.family === 4 ? LINE4 : LINE6;
    const view = new DataView(new ArrayBuffer(Math.min(SLICE, list.size) * line + SLACK));
    for (let from = 0; from < list.size; from += SLICE) {
      const end = writeLines(view, 0, list, from, Math.min(list.size, from + SLICE));
      yield new Uint8Array(view.buffer, 0, end);
    }
  }
}

/** Writes the entries from `from` to before `to`, and returns the offset behind them. */
function writeLines(
  view: DataView,
  start: number,
  { family, words, lengths }: PrefixList,
  from: number,
  to: number,
): number {
  let at = start;
  for (let i = from; i < to; i += 1) {
    const length = lengths[i] as number;
    at =
      family === 4
        ? writePrefix4(view, at, words[i] as number, length)
        : writePrefix6(view, at, words, i * 4, length);
    view.setUint8(at, NEWLINE);
    at += 1;
  }
  return at;
}

/**
 * Writes an IPv4 prefix, without `/32`.
 * @param word the address
 * @returns the offset behind it; up to 4 bytes behind that are overwritten too
 */
export function writePrefix4(view: DataView, start: number, word: number, length: number): number {
  const end = writeAddress4(view, start, word);
  return length === 32 ? end : writeLength(view, end, length);
}

/**
 * Writes an IPv6 prefix as RFC 5952 says, without `/128`.
 * @param words holds the address at `index` to `index + 3`
 * @returns the offset behind it; up to 4 bytes behind that are overwritten too
 */
export function writePrefix6(
  view: DataView,
  start: number,
  words: ArrayLike<number>,
  index: number,
  length: number,
): number {
  const mapped = words[index] === 0 && words[index + 1] === 0 && words[index + 2] === 0xffff;
  const end = mapped
    ? writeMapped(view, start, words[index + 3] as number)
    : writeGroups(view, start, words, index);
  return length === 128 ? end : writeLength(view, end, length);
}

function writeAddress4(view: DataView, start: number, word: number): number {
  let at = start;
  for (let shift = 24; shift >= 0; shift -= 8) {
    const octet = (word >>> shift) & 255;
    view.setUint32(at, octetText[octet] as number, true);
    at += (octetDigits[octet] as number) + 1;
  }
  return at - 1;
}

function writeLength(view: DataView, start: number, length: number): number {
  view.setUint8(start, SLASH);
  view.setUint32(start + 1, octetText[length] as number, true);
  return start + 1 + (octetDigits[length] as number);
}

/** RFC 5952 section 5: addresses of `::ffff:0:0/96` are shown with the IPv4 address they hold. */
function writeMapped(view: DataView, start: number, word: number): number {
  view.setUint32(start, 0x3a3a6666);
  view.setUint32(start + 4, 0x66663a00);
  return writeAddress4(view, start + 7, word);
}

function writeGroups(
  view: DataView,
  start: number,
  words: ArrayLike<number>,
  index: number,
): number {
  const zeros = longestZeros(words, index);
  let at = start;
  for (let group = 0; group < 8; group += 1) {
    if (group === zeros.from) {
      view.setUint16(at, (COLON << 8) | COLON);
      at += 2;
      group = zeros.to - 1;
      continue;
    }
    if (group > 0 && group !== zeros.to) {
      view.setUint8(at, COLON);
      at += 1;
    }
    at = writeHex(view, at, groupAt(words, index, group));
  }
  return at;
}

function groupAt(words: ArrayLike<number>, index: number, group: number): number {
  return ((words[index + (group >> 1)] as number) >>> (group % 2 === 0 ? 16 : 0)) & 0xffff;
}

/** The longest run of two or more zero groups, the first one of equals (RFC 5952 section 4.2); else nowhere. */
function longestZeros(words: ArrayLike<number>, index: number): { from: number; to: number } {
  const longest = { from: -1, to: -1 };
  let from = 0;
  for (let group = 0; group < 8; group += 1) {
    if (groupAt(words, index, group) !== 0) from = group + 1;
    else if (group + 1 - from > Math.max(1, longest.to - longest.from)) {
      longest.from = from;
      longest.to = group + 1;
    }
  }
  return longest;
}

function writeHex(view: DataView, start: number, group: number): number {
  let at = start;
  for (let shift = 12; shift >= 0; shift -= 4) {
    if (shift > 0 && group >>> shift === 0) continue;
    const digit = (group >>> shift) & 15;
    view.setUint8(at, digit < 10 ? 0x30 + digit : 0x57 + digit);
    at += 1;
  }
  return at;
}
