import { wordsOf, type PrefixList, type PrefixTable } from '../core/prefix-list.ts';

/** Words in one piece. */
const SLICE = 16_384;

/**
 * A table as bytes, in pieces: what {@link setHash} hashes and what is kept on disk, so that `sha256sum` of a kept file
 * prints the set hash. For each family: a line `<family>:<entries>`, the words of all addresses (big-endian), then
 * the prefix lengths (one byte each). A piece is valid until the next one is asked for.
 */
export function* tableBytes(table: PrefixTable): Generator<Uint8Array> {
  const piece = new DataView(new ArrayBuffer(SLICE * 4));
  for (const list of [table.v4, table.v6]) {
    yield Buffer.from(`${list.family}:${list.size}\n`);
    const words = list.size * wordsOf(list.family);
    for (let start = 0; start < words; start += SLICE) {
      yield bigEndian(list.words.subarray(start, Math.min(words, start + SLICE)), piece);
    }
    yield list.lengths;
  }
}

function bigEndian(words: Uint32Array, into: DataView): Uint8Array {
  for (let i = 0; i < words.length; i += 1) into.setUint32(i * 4, words[i] as number);
  return new Uint8Array(into.buffer, 0, words.length * 4);
}

/** Where the columns of one list are, as its header line says. */
export interface ListHeader {
  readonly family: 4 | 6;
  readonly size: number;
  /** Bytes of the line, with its newline. */
  readonly length: number;
}

/** Longest header line. */
export const HEADER_BYTES = 16;

/** Reads the header line at the begin of some bytes; null when there is none. */
export function readListHeader(bytes: Uint8Array): ListHeader | null {
  const text = Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString('latin1');
  const match = /^([46]):(\d{1,9})\n/.exec(text);
  if (match === null) return null;
  return {
    family: match[1] === '4' ? 4 : 6,
    size: Number(match[2]),
    length: match[0].length,
  };
}

/** An empty list with room for all that a header announces; its columns are filled afterwards. */
export function blankList({ family, size }: ListHeader): PrefixList {
  return {
    family,
    size,
    words: new Uint32Array(size * wordsOf(family)),
    lengths: new Uint8Array(size),
  };
}

/** Makes words of this machine out of big-endian ones, in place. */
export function toHostOrder(words: Uint32Array): void {
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
  for (let i = 0; i < words.length; i += 1) words[i] = view.getUint32(i * 4);
}
