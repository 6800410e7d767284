import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emptyList, type PrefixList } from '../../src/core/prefix-list.ts';
import { compareEntries } from '../../src/core/prefix-order.ts';
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import { formatPrefix, prefixAt } from '../../src/core/prefix-text.ts';
import { lists, prefixTexts, table, texts } from '../support/prefixes.ts';

describe('toTable', () => {
  it('sorts by address, then wider first, and removes duplicates only', () => {
    assert.deepEqual(
      texts(table('10.0.0.1', '10.0.0.0/24', '9.0.0.0/8', '10.0.0.0/8', '10.0.0.1')),
      ['9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/24', '10.0.0.1'],
    );
  });

  it('puts addresses over 128.0.0.0 behind the others', () => {
    assert.deepEqual(texts(table('255.255.255.255', '128.0.0.0/1', '127.0.0.1', '0.0.0.0/0')), [
      '0.0.0.0/0',
      '127.0.0.1',
      '128.0.0.0/1',
      '255.255.255.255',
    ]);
  });

  for (const family of [4, 6] as const) {
    it(`has each IPv${family} entry once, in strictly rising order, for short and long lists`, () => {
      const sizes = fc.constantFrom(1, 40);
      fc.assert(
        fc.property(prefixTexts(family, 40), sizes, fc.nat(), (some, repeat, seed) => {
          const list = longList(family, some, repeat, seed);
          const sorted =
            family === 4 ? toTable(list, emptyList(6)).v4 : toTable(emptyList(4), list).v6;
          assert.deepEqual(new Set(textsOf(sorted)), new Set(textsOf(list)));
          for (let i = 1; i < sorted.size; i += 1) {
            assert.ok(compareEntries(sorted, i - 1, sorted, i) < 0);
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('does not change the lists it is given', () => {
    const { v4 } = lists(Array.from({ length: 300 }, (_, i) => `10.0.${(299 - i) % 7}.${i % 256}`));
    const before = [...v4.words];
    toTable(v4, emptyList(6));
    assert.deepEqual([...v4.words], before);
  });

  it('takes one entry repeated many times as one', () => {
    const { v4 } = lists(new Array<string>(1000).fill('192.0.2.1'));
    assert.deepEqual(texts(toTable(v4, emptyList(6))), ['192.0.2.1']);
  });
});

/** The prefixes, again and again, among others that differ in every part of the address. */
function longList(family: 4 | 6, some: string[], repeat: number, seed: number): PrefixList {
  const builder = new PrefixBuilder(family);
  const { v4, v6 } = lists(some);
  const list = family === 4 ? v4 : v6;
  let word = seed;
  for (let round = 0; round < repeat; round += 1) {
    for (let i = 0; i < list.size; i += 1) builder.addEntry(list, i);
    word = Math.imul(word, 1664525) + 1013904223;
    if (family === 4) builder.add4(word, 8 + (word >>> 28));
    else builder.add6(word, word ^ seed, word >>> 3, word * 5, 100 + (word >>> 28));
  }
  return builder.toList();
}

function textsOf(list: PrefixList): string[] {
  return Array.from({ length: list.size }, (_, index) => formatPrefix(prefixAt(list, index)));
}
