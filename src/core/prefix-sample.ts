import { PrefixBuilder } from './prefix-builder.ts';
import { wordsOf, type Prefix, type PrefixList, type PrefixTable } from './prefix-list.ts';
import { compareEntries, listOf } from './prefix-order.ts';

/**
 * `count` entries of a larger table, the same ones every time: those with the smallest hash of address and length,
 * with no regard to what else is in the table. Both families are cut in proportion; with `count` over 1 a family that
 * has entries keeps one.
 * @param first this entry comes before all others, when the table has it
 */
export function sampleTable({ v4, v6 }: PrefixTable, count: number, first: Prefix): PrefixTable {
  const least = count > 1 ? 1 : 0;
  const share4 = Math.round((count * v4.size) / (v4.size + v6.size));
  const most4 = count - Math.min(v6.size, least);
  const count4 = Math.min(most4, Math.max(share4, Math.min(v4.size, least)));
  return { v4: sampleList(v4, count4, first), v6: sampleList(v6, count - count4, first) };
}

function sampleList(list: PrefixList, count: number, first: Prefix): PrefixList {
  const sample = new PrefixBuilder(list.family, count);
  const ranks = ranksOf(list, listOf(list.family, [first]));
  const last = ranks.slice().sort()[count - 1] ?? -1;
  let ties = count - ranks.reduce((below, rank) => below + (rank < last ? 1 : 0), 0);
  for (let i = 0; i < list.size; i += 1) {
    const rank = ranks[i] as number;
    if (rank > last || (rank === last && ties === 0)) continue;
    if (rank === last) ties -= 1;
    sample.addEntry(list, i);
  }
  return sample.toList();
}

/** The place of each entry in the order to keep them by: 0 for the first one, a hash over 0 for the others. */
function ranksOf(list: PrefixList, first: PrefixList): Uint32Array {
  const ranks = new Uint32Array(list.size);
  for (let i = 0; i < list.size; i += 1) {
    const isFirst = first.size === 1 && compareEntries(list, i, first, 0) === 0;
    ranks[i] = isFirst ? 0 : Math.max(1, hashOf(list, i));
  }
  return ranks;
}

/** 32 bits that depend on every bit of address and length: MurmurHash3's mixing steps. */
function hashOf(list: PrefixList, i: number): number {
  const stride = wordsOf(list.family);
  let hash = list.lengths[i] as number;
  for (let word = 0; word < stride; word += 1) {
    hash ^= list.words[i * stride + word] as number;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
