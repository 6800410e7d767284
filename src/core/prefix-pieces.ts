/** Two sorted tables cut into pieces at the same places, for work that must not take long at a stretch. */
import { EMPTY_TABLE, wordsOf, type PrefixList, type PrefixTable } from './prefix-list.ts';
import { compareEntries } from './prefix-order.ts';
import { lastUpTo } from './prefix-search.ts';

/** The same part of two tables. */
export interface Piece {
  readonly before: PrefixTable;
  readonly after: PrefixTable;
}

/**
 * The pieces, in table order. Equal entries are in the same one, so what differs in them is, one after the other, what
 * differs in the whole. The columns are not copied.
 * @param most entries of a table in one piece
 */
export function* piecesOf(
  before: PrefixTable,
  after: PrefixTable,
  most: number,
): Generator<Piece, void, undefined> {
  for (const [v4, other] of cut(before.v4, after.v4, most)) {
    yield { before: { ...EMPTY_TABLE, v4 }, after: { ...EMPTY_TABLE, v4: other } };
  }
  for (const [v6, other] of cut(before.v6, after.v6, most)) {
    yield { before: { ...EMPTY_TABLE, v6 }, after: { ...EMPTY_TABLE, v6: other } };
  }
}

function* cut(a: PrefixList, b: PrefixList, most: number): Generator<[PrefixList, PrefixList]> {
  for (let i = 0, j = 0; i < a.size || j < b.size;) {
    const end = firstOf(entryAt(a, i + most), entryAt(b, j + most));
    const [nextI, nextJ] = end === null ? [a.size, b.size] : [placeOf(a, end), placeOf(b, end)];
    yield [part(a, i, nextI), part(b, j, nextJ)];
    [i, j] = [nextI, nextJ];
  }
}

/** As a list of one; null behind the end. */
function entryAt(list: PrefixList, index: number): PrefixList | null {
  return index < list.size ? part(list, index, index + 1) : null;
}

function firstOf(a: PrefixList | null, b: PrefixList | null): PrefixList | null {
  if (a === null || b === null) return a ?? b;
  return compareEntries(a, 0, b, 0) <= 0 ? a : b;
}

/** Index of the first entry that does not come before the only one of `one`. */
function placeOf(list: PrefixList, one: PrefixList): number {
  const index = lastUpTo(list, one);
  return index >= 0 && compareEntries(list, index, one, 0) === 0 ? index : index + 1;
}

function part({ family, words, lengths }: PrefixList, from: number, to: number): PrefixList {
  const stride = wordsOf(family);
  return {
    family,
    size: to - from,
    words: words.subarray(from * stride, to * stride),
    lengths: lengths.subarray(from, to),
  };
}
