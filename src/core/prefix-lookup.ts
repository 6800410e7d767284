import { PrefixBuilder } from './prefix-builder.ts';
import type { Prefix, PrefixList, PrefixTable } from './prefix-list.ts';
import { containsEntry, listOf, maskOf } from './prefix-order.ts';
import { lastUpTo } from './prefix-search.ts';
import { prefixAt } from './prefix-text.ts';

/** Answers which entries of a table an address or prefix meets. */
export interface PrefixLookup {
  /** All entries that contain the prefix (or equal it), the most specific first. */
  find(prefix: Prefix): Prefix[];
  /** Whether the prefix has any address in common with an entry. */
  overlaps(prefix: Prefix): boolean;
  /** The first entries that are inside the prefix and do not equal it, in table order, at most `most`. */
  within(prefix: Prefix, most: number): Prefix[];
  /**
   * The most specific IPv4 entry that contains an address, for asking a million times.
   * @param word the address, 0..2^32-1
   * @returns its index in `table.v4`, or -1
   */
  covers4(word: number): number;
}

/**
 * Prepares a table for look-ups: one pass, 1 byte per entry and 256 KB. The table is kept, not copied.
 *
 * Entries nest and are sorted, so the entries that contain an address are the last one that begins at or
 * before it and those around that one: a binary search, then the chain of parents. Of a parent only the length is
 * kept: its address is the first bits of the entry inside it.
 */
export function createLookup(table: PrefixTable): PrefixLookup {
  const lists = { 4: indexList(table.v4), 6: indexList(table.v6) };
  const blocks = startsOfBlocks(table.v4);
  return {
    find: (prefix) => findAll(lists[prefix.family], listOf(prefix.family, [prefix])),
    overlaps: (prefix) => overlapsAny(lists[prefix.family], listOf(prefix.family, [prefix])),
    within: (prefix, most) =>
      findWithin(lists[prefix.family], listOf(prefix.family, [prefix]), most),
    covers4: (word) => covers(lists[4], blocks, word),
  };
}

interface IndexedList {
  readonly list: PrefixList;
  /** For each entry the length of the narrowest one around it, or {@link NONE}. */
  readonly parents: Uint8Array;
}

/** No entry is around this one. */
const NONE = 255;

function indexList(list: PrefixList): IndexedList {
  const parents = new Uint8Array(list.size);
  const around: number[] = [];
  for (let i = 0; i < list.size; i += 1) {
    while (around.length > 0 && !containsEntry(list, around.at(-1) as number, list, i))
      around.pop();
    const parent = around.at(-1);
    parents[i] = parent === undefined ? NONE : (list.lengths[parent] as number);
    around.push(i);
  }
  return { list, parents };
}

/** Index of the narrowest entry around an entry, or -1. */
function parentOf({ list, parents }: IndexedList, i: number): number {
  const length = parents[i] as number;
  if (length === NONE) return -1;
  const parent = new PrefixBuilder(list.family, 1);
  parent.add({ ...prefixAt(list, i), length });
  return lastUpTo(list, parent.toList());
}

function findAll(indexed: IndexedList, one: PrefixList): Prefix[] {
  const { list } = indexed;
  const found: Prefix[] = [];
  for (let i = lastUpTo(list, one); i >= 0; i = parentOf(indexed, i)) {
    if (containsEntry(list, i, one, 0)) found.push(prefixAt(list, i));
  }
  return found;
}

function overlapsAny(indexed: IndexedList, one: PrefixList): boolean {
  const { list } = indexed;
  const last = lastUpTo(list, one);
  if (last + 1 < list.size && containsEntry(one, 0, list, last + 1)) return true;
  for (let i = last; i >= 0; i = parentOf(indexed, i)) {
    if (containsEntry(list, i, one, 0)) return true;
  }
  return false;
}

/** An entry sorts behind those around it: what is inside begins behind the prefix itself. */
function findWithin({ list }: IndexedList, one: PrefixList, most: number): Prefix[] {
  const found: Prefix[] = [];
  for (let i = lastUpTo(list, one) + 1; i < list.size && found.length < most; i += 1) {
    if (!containsEntry(one, 0, list, i)) break;
    found.push(prefixAt(list, i));
  }
  return found;
}

/** For each value of the first 16 address bits, how many entries begin before it; 65,537 numbers. */
function startsOfBlocks(list: PrefixList): Uint32Array {
  const starts = new Uint32Array(0x10001);
  let block = 0;
  for (let i = 0; i < list.size; i += 1) {
    const own = (list.words[i] as number) >>> 16;
    while (block <= own) {
      starts[block] = i;
      block += 1;
    }
  }
  return starts.fill(list.size, block);
}

function covers({ list, parents }: IndexedList, blocks: Uint32Array, word: number): number {
  const { words, lengths } = list;
  let i = firstAfter(words, blocks, word) - 1;
  while (i >= 0 && (((words[i] as number) ^ word) & maskOf(lengths[i] as number)) !== 0) {
    const length = parents[i] as number;
    if (length === NONE) return -1;
    const address = ((words[i] as number) & maskOf(length)) >>> 0;
    // Of the entries with this address, the narrower ones come behind the parent.
    i = firstAfter(words, blocks, address) - 1;
    while (lengths[i] !== length) i -= 1;
  }
  return i;
}

/** Index of the first entry that begins behind the address. */
function firstAfter(words: Uint32Array, blocks: Uint32Array, word: number): number {
  const block = word >>> 16;
  let low = blocks[block] as number;
  let high = blocks[block + 1] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle] as number) <= word) low = middle + 1;
    else high = middle;
  }
  return low;
}
