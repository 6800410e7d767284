/**
 * How two entries of sorted lists stand to each other. Everything that walks lists is built on these.
 * Both lists of a call are of the same family. Entries are given as list and index, so that nothing is
 * allocated per entry; a single prefix is a list of one (`listOf`).
 */
import { wordsOf, type Prefix, type PrefixList } from './prefix-list.ts';

/** The network mask of the first `length` bits of a word, as a signed 32-bit integer; `length` 0..32. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : -1 << (32 - length);
}

/** Order of a table: by address, then by length (wider first). Negative: entry `i` of `a` comes first. */
export function compareEntries(a: PrefixList, i: number, b: PrefixList, j: number): number {
  const order = compareAddresses(a, i, b, j);
  return order === 0 ? (a.lengths[i] as number) - (b.lengths[j] as number) : order;
}

/** Order of the network addresses alone. */
export function compareAddresses(a: PrefixList, i: number, b: PrefixList, j: number): number {
  if (a.family === 4) return (a.words[i] as number) - (b.words[j] as number);
  for (let word = 0; word < 4; word += 1) {
    const order = (a.words[i * 4 + word] as number) - (b.words[j * 4 + word] as number);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether the first `length` bits of the two addresses are the same. */
export function sharesBits(
  a: PrefixList,
  i: number,
  b: PrefixList,
  j: number,
  length: number,
): boolean {
  if (a.family === 4) {
    return (((a.words[i] as number) ^ (b.words[j] as number)) & maskOf(length)) === 0;
  }
  for (let word = 0, bits = length; bits > 0; word += 1, bits -= 32) {
    const difference = (a.words[i * 4 + word] as number) ^ (b.words[j * 4 + word] as number);
    if ((difference & maskOf(Math.min(bits, 32))) !== 0) return false;
  }
  return true;
}

/** Whether entry `i` of `a` contains entry `j` of `b`, or equals it. */
export function containsEntry(a: PrefixList, i: number, b: PrefixList, j: number): boolean {
  const length = a.lengths[i] as number;
  return length <= (b.lengths[j] as number) && sharesBits(a, i, b, j, length);
}

/** Whether the two entries have an address in common: one of them contains the other. */
export function overlapsEntry(a: PrefixList, i: number, b: PrefixList, j: number): boolean {
  return containsEntry(a, i, b, j) || containsEntry(b, j, a, i);
}

/**
 * The first entries of a list. Columns that hold little more are not copied, so nobody may write to them any more where
 * the entries are.
 */
export function firstEntries({ family, words, lengths }: PrefixList, size: number): PrefixList {
  const stride = wordsOf(family);
  if (size > lengths.length / 2) {
    return {
      family,
      size,
      words: words.subarray(0, size * stride),
      lengths: lengths.subarray(0, size),
    };
  }
  return { family, size, words: words.slice(0, size * stride), lengths: lengths.slice(0, size) };
}

/** The prefixes as a list, in the given order. Those of the other family are left out. */
export function listOf(family: 4 | 6, prefixes: readonly Prefix[]): PrefixList {
  const own = prefixes.filter((prefix) => prefix.family === family);
  const words = new Uint32Array(own.length * wordsOf(family));
  own.forEach((prefix, index) => words.set(prefix.words, index * wordsOf(family)));
  return {
    family,
    size: own.length,
    words,
    lengths: Uint8Array.from(own, (prefix) => prefix.length),
  };
}
