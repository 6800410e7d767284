import { PrefixBuilder } from './prefix-builder.ts';
import type { Prefix, PrefixList, PrefixTable } from './prefix-list.ts';
import { compareEntries, firstEntries, listOf } from './prefix-order.ts';
import { identity, sortedIndexes, sortRows4 } from './prefix-radix.ts';

/** Up to this many entries a comparison sort is as fast as counting digits. */
const SMALL = 256;

/**
 * Sorts both lists by address, then by length (wider first) and removes exact duplicates; nested prefixes
 * stay. The lists are not changed; one that is in order already is taken as it is.
 */
export function toTable(v4: PrefixList, v6: PrefixList): PrefixTable {
  return { v4: sortList(v4), v6: sortList(v6) };
}

/** The prefixes, of both families and in any order, as a table. */
export function tableOf(prefixes: readonly Prefix[]): PrefixTable {
  return toTable(listOf(4, prefixes), listOf(6, prefixes));
}

function sortList(list: PrefixList): PrefixList {
  if (isSorted(list)) return list;
  if (list.size <= SMALL) return gather(list, orderByComparison(list));
  return list.family === 4 ? orderLengths4(sortRows4(list)) : gather(list, sortedIndexes(list));
}

/** Whether the entries are in order, each once. */
function isSorted(list: PrefixList): boolean {
  for (let i = 1; i < list.size; i += 1) {
    if (compareEntries(list, i - 1, list, i) >= 0) return false;
  }
  return true;
}

function orderByComparison(list: PrefixList): Uint32Array {
  return identity(list.size).sort((i, j) => compareEntries(list, i, list, j));
}

/** The entries in the given order, each once. */
function gather(list: PrefixList, order: Uint32Array): PrefixList {
  const gathered = new PrefixBuilder(list.family, list.size);
  let previous = -1;
  for (const index of order) {
    if (previous >= 0 && compareEntries(list, previous, list, index) === 0) continue;
    gathered.addEntry(list, index);
    previous = index;
  }
  return gathered.toList();
}

/**
 * Orders the entries of each address of a list by length, each once. Changes the columns. An address seldom has many
 * lengths: this is cheaper than sorting all by length first.
 */
function orderLengths4(list: PrefixList): PrefixList {
  const { words, lengths, size } = list;
  let kept = 0;
  let from = 0;
  while (from < size) {
    const word = words[from] as number;
    let to = from + 1;
    while (to < size && words[to] === word) to += 1;
    const end = to === from + 1 ? to : orderDistinct(lengths, from, to);
    for (; from < end; from += 1, kept += 1) {
      words[kept] = word;
      lengths[kept] = lengths[from] as number;
    }
    from = to;
  }
  return firstEntries(list, kept);
}

/** Orders the values from `from` to before `to`, each once, and returns the index behind them. There are 33 at most. */
function orderDistinct(values: Uint8Array, from: number, to: number): number {
  let end = from;
  for (let i = from; i < to; i += 1) {
    const value = values[i] as number;
    let at = end;
    while (at > from && (values[at - 1] as number) > value) at -= 1;
    if (at > from && values[at - 1] === value) continue;
    for (let moved = end; moved > at; moved -= 1) values[moved] = values[moved - 1] as number;
    values[at] = value;
    end += 1;
  }
  return end;
}
