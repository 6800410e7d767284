import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { emptyList, type PrefixTable } from '../../src/core/prefix-list.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import { randomAddress4, randomWords } from './random.ts';

/** The test address and random prefixes, 85 % of them single addresses; the same ones for the same seed. */
export function randomPolicy(entries: number, seed: number): PrefixTable {
  const random = randomWords(seed);
  const v4 = new PrefixBuilder(4, entries);
  v4.add(parsePrefix('64.87.3.133'));
  while (v4.size < entries) {
    const word = random();
    v4.add4(randomAddress4(random), word % 100 < 85 ? 32 : 20 + ((word >>> 8) % 12));
  }
  return toTable(v4.toList(), emptyList(6));
}
