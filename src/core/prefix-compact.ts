import { wordsOf, type PrefixList, type PrefixTable } from './prefix-list.ts';
import { containsEntry, firstEntries, sharesBits } from './prefix-order.ts';

/**
 * The fewest entries that hold the same addresses: entries inside others are dropped, neighbours merged.
 * @param widest merging stops at these prefix lengths (default 0: it does not stop)
 */
export function compactTable(
  table: PrefixTable,
  widest: { readonly v4: number; readonly v6: number } = { v4: 0, v6: 0 },
): PrefixTable {
  return { v4: compactList(table.v4, widest.v4), v6: compactList(table.v6, widest.v6) };
}

/** {@link compactTable} for one sorted list. */
export function compactList(list: PrefixList, widest: number): PrefixList {
  const stride = wordsOf(list.family);
  const words = new Uint32Array(list.words.length);
  const lengths = new Uint8Array(list.size);
  const kept: PrefixList = { family: list.family, size: list.size, words, lengths };
  let top = -1;
  for (let i = 0; i < list.size; i += 1) {
    if (top >= 0 && containsEntry(kept, top, list, i)) continue;
    top += 1;
    for (let word = 0; word < stride; word += 1) {
      words[top * stride + word] = list.words[i * stride + word] as number;
    }
    lengths[top] = list.lengths[i] as number;
    while (top > 0 && areHalves(kept, top - 1, widest)) {
      top -= 1;
      lengths[top] = (lengths[top] as number) - 1;
    }
  }
  return top + 1 === list.size ? list : firstEntries(kept, top + 1);
}

/** Whether the disjoint entries `i` and `i + 1` are the halves of one prefix that may be made. */
function areHalves(list: PrefixList, i: number, widest: number): boolean {
  const length = list.lengths[i] as number;
  return (
    length > widest &&
    list.lengths[i + 1] === length &&
    sharesBits(list, i, list, i + 1, length - 1)
  );
}

/** How many addresses the table holds, each counted once. */
export function addressCount(table: PrefixTable): { v4: number; v6: bigint } {
  return { v4: Number(addressesOf(table.v4, 32)), v6: addressesOf(table.v6, 128) };
}

function addressesOf(list: PrefixList, bits: number): bigint {
  const countByLength = new Uint32Array(bits + 1);
  let outer = -1;
  for (let i = 0; i < list.size; i += 1) {
    if (outer >= 0 && containsEntry(list, outer, list, i)) continue;
    outer = i;
    const length = list.lengths[i] as number;
    countByLength[length] = (countByLength[length] as number) + 1;
  }
  return countByLength.reduce(
    (sum, count, length) => sum + (BigInt(count) << BigInt(bits - length)),
    0n,
  );
}
