/**
 * LSD radix sort of prefixes by address, then length, in digits of 11 bits: linear, and as fast for clustered
 * addresses as for random ones. A digit that all entries share is counted, not sorted by.
 */
import { wordsOf, type PrefixList } from './prefix-list.ts';

const DIGIT_BITS = 11;
const DIGIT_VALUES = 1 << DIGIT_BITS;
const DIGIT_MASK = DIGIT_VALUES - 1;

/**
 * An IPv4 list by address, in new columns, in no order of the lengths. The entries themselves move: 5 bytes are cheaper to
 * move than to look up by index.
 */
export function sortRows4(list: PrefixList): PrefixList {
  let from = list;
  let to = blankList4(list.size);
  let other: BlankList | null = null;
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const starts = startsOf({ column: from.words, stride: 1, offset: 0, shift }, list.size);
    if (starts === null) continue;
    moveByAddress(from, to, starts, shift);
    from = to;
    [to, other] = [other ?? blankList4(list.size), to];
  }
  giveBack(to);
  return from === list
    ? { ...list, words: list.words.slice(), lengths: list.lengths.slice() }
    : from;
}

/** Columns of our own. */
interface BlankList extends PrefixList {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly lengths: Uint8Array<ArrayBuffer>;
}

function blankList4(size: number): BlankList {
  return { family: 4, size, words: new Uint32Array(size), lengths: new Uint8Array(size) };
}

/** Frees the columns at once; the engine would keep them until it collects garbage. Nobody may use them any more. */
function giveBack({ words, lengths }: BlankList): void {
  words.buffer.transfer(0);
  lengths.buffer.transfer(0);
}

function moveByAddress(from: PrefixList, to: PrefixList, starts: Uint32Array, shift: number): void {
  const { words, lengths, size } = from;
  const toWords = to.words;
  const toLengths = to.lengths;
  for (let i = 0; i < size; i += 1) {
    const word = words[i] as number;
    const value = (word >>> shift) & DIGIT_MASK;
    const place = starts[value] as number;
    starts[value] = place + 1;
    toWords[place] = word;
    toLengths[place] = lengths[i] as number;
  }
}

/**
 * The indexes of the entries in order. For IPv6, where rows are long; most digits of real lists (/48, /64) are the same
 * in all entries.
 */
export function sortedIndexes(list: PrefixList): Uint32Array {
  let order = identity(list.size);
  let next = new Uint32Array(list.size);
  for (const digit of digitsOf(list)) {
    const starts = startsOf(digit, list.size);
    if (starts === null) continue;
    moveIndexes(order, next, digit, starts);
    [order, next] = [next, order];
  }
  return order;
}

function moveIndexes(
  order: Uint32Array,
  next: Uint32Array,
  digit: Digit,
  starts: Uint32Array,
): void {
  const { column, stride, offset, shift } = digit;
  for (const index of order) {
    const value = ((column[index * stride + offset] as number) >>> shift) & DIGIT_MASK;
    const place = starts[value] as number;
    starts[value] = place + 1;
    next[place] = index;
  }
}

/** 0, 1, 2, … */
export function identity(size: number): Uint32Array<ArrayBuffer> {
  const indexes = new Uint32Array(size);
  for (let i = 0; i < size; i += 1) indexes[i] = i;
  return indexes;
}

/** One digit of the key: bits `shift` and up of every `stride`-th value of a column. */
interface Digit {
  readonly column: Uint32Array | Uint8Array;
  readonly stride: number;
  readonly offset: number;
  readonly shift: number;
}

/** Digits of the sort key, the least significant first: the length, then the address from its last word. */
function digitsOf(list: PrefixList): Digit[] {
  const stride = wordsOf(list.family);
  const digits: Digit[] = [{ column: list.lengths, stride: 1, offset: 0, shift: 0 }];
  for (let offset = stride - 1; offset >= 0; offset -= 1) {
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      digits.push({ column: list.words, stride, offset, shift });
    }
  }
  return digits;
}

/** Where the entries of each digit value begin; null when all entries have the same digit. */
function startsOf(digit: Digit, size: number): Uint32Array | null {
  const { column, stride, offset, shift } = digit;
  const starts = new Uint32Array(DIGIT_VALUES);
  for (let i = 0, at = offset; i < size; i += 1, at += stride) {
    const value = ((column[at] as number) >>> shift) & DIGIT_MASK;
    starts[value] = (starts[value] as number) + 1;
  }
  let sum = 0;
  for (let value = 0; value < DIGIT_VALUES; value += 1) {
    const count = starts[value] as number;
    if (count === size) return null;
    starts[value] = sum;
    sum += count;
  }
  return starts;
}
