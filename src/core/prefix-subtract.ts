import { PrefixBuilder } from './prefix-builder.ts';
import { compactList } from './prefix-compact.ts';
import type { Prefix, PrefixList, PrefixTable } from './prefix-list.ts';
import { containsEntry } from './prefix-order.ts';
import { visitOverlaps } from './prefix-overlap.ts';
import { toTable } from './prefix-sort.ts';
import { prefixAt } from './prefix-text.ts';

/**
 * The addresses of `a` that are not in `b`, exactly, entry by entry: an entry of `a` inside `b` goes; one that
 * contains parts of `b` becomes the fewest prefixes that are left of it; all others stay as they are.
 */
export function subtract(a: PrefixTable, b: PrefixTable): PrefixTable {
  return toTable(subtractList(a.v4, b.v4), subtractList(a.v6, b.v6));
}

function subtractList(a: PrefixList, b: PrefixList): PrefixList {
  if (a.size === 0 || b.size === 0) return a;
  const holes = compactList(b, 0);
  const left = new PrefixBuilder(a.family, a.size);
  visitOverlaps(a, holes, (i, j) => {
    if (j < 0) left.addEntry(a, i);
    else if (!containsEntry(holes, j, a, i)) {
      split(prefixAt(a, i), { list: holes, from: j, to: endOfInside(a, i, holes, j) }, left);
    }
  });
  return left.toList();
}

/** Some entries of a list, from `from` to before `to`. */
interface Span {
  readonly list: PrefixList;
  readonly from: number;
  readonly to: number;
}

/** Index behind the last hole inside entry `i` of `a`, of those from `j` on. */
function endOfInside(a: PrefixList, i: number, holes: PrefixList, j: number): number {
  let end = j;
  while (end < holes.size && containsEntry(a, i, holes, end)) end += 1;
  return end;
}

/** Adds what is left of the prefix without the holes, which are all inside it: halves it until a half has none or is one. */
function split(prefix: Prefix, holes: Span, left: PrefixBuilder): void {
  const { list, from, to } = holes;
  if (from === to) {
    left.add(prefix);
    return;
  }
  if (list.lengths[from] === prefix.length) return;
  const middle = firstWithBit(holes, prefix.length);
  const length = prefix.length + 1;
  split({ ...prefix, length }, { list, from, to: middle }, left);
  split({ ...prefix, words: withBit(prefix), length }, { list, from: middle, to }, left);
}

/** The address with its first host bit set: where the upper half begins. */
function withBit({ words, length }: Prefix): number[] {
  return words.map((word, index) =>
    index === length >>> 5 ? (word | (0x80000000 >>> (length & 31))) >>> 0 : word,
  );
}

/** Index of the first hole of the span whose address has this bit; they all share the bits before it. */
function firstWithBit({ list, from, to }: Span, bit: number): number {
  const stride = list.family === 4 ? 1 : 4;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const word = list.words[middle * stride + (bit >>> 5)] as number;
    if ((word & (0x80000000 >>> (bit & 31))) === 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
