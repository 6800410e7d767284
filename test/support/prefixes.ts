/** Prefixes for tests: tables from and to texts, and random prefixes that nest, touch and repeat. */
import fc from 'fast-check';
import type { FetchedList } from '../../src/core/ports.ts';
import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import {
  emptyList,
  type Prefix,
  type PrefixList,
  type PrefixTable,
} from '../../src/core/prefix-list.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import { formatPrefix, parsePrefix, prefixAt } from '../../src/core/prefix-text.ts';

/** The prefixes of both families as unsorted lists. */
export function lists(texts: readonly string[]): { v4: PrefixList; v6: PrefixList } {
  const v4 = new PrefixBuilder(4);
  const v6 = new PrefixBuilder(6);
  for (const prefix of texts.map(parsePrefix)) (prefix.family === 4 ? v4 : v6).add(prefix);
  return { v4: v4.toList(), v6: v6.toList() };
}

/** A table with these entries. */
export function table(...texts: readonly string[]): PrefixTable {
  const { v4, v6 } = lists(texts);
  return toTable(v4, v6);
}

/** The entries of a table as texts, in its order. */
export function texts({ v4, v6 }: PrefixTable): string[] {
  return [v4, v6].flatMap((list) =>
    Array.from({ length: list.size }, (_, index) => formatPrefix(prefixAt(list, index))),
  );
}

/** A list as the policy service delivers it. */
export function fetchedList(
  include: readonly string[],
  exclude: readonly string[] = [],
): FetchedList {
  return { name: 'basic.threatstop.local', include: lists(include), exclude: lists(exclude) };
}

/** Any prefix of the family, all equally likely; they seldom meet. */
export function anyPrefix(family: 4 | 6): fc.Arbitrary<Prefix> {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const count = family === 4 ? 1 : 4;
  return fc
    .tuple(fc.array(word, { minLength: count, maxLength: count }), fc.nat(family === 4 ? 32 : 128))
    .map(([words, length]) => cleared({ family, words, length }));
}

/** Prefixes of the family in a few small corners, where they nest, touch and repeat; the edges among them. */
export function crowdedPrefix(family: 4 | 6): fc.Arbitrary<Prefix> {
  const corners =
    family === 4
      ? ['10.0.0.0', '10.255.255.240', '255.255.255.224', '0.0.0.0']
      : ['2001:db8::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffe0', '::', '::ffff:0:0'];
  const longest = family === 4 ? 32 : 128;
  const length = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: longest - 6, max: longest }) },
    { weight: 1, arbitrary: fc.nat(longest) },
  );
  return fc.tuple(fc.constantFrom(...corners), fc.nat(31), length).map(([corner, host, bits]) => {
    const words = parsePrefix(corner).words.map(Number);
    words.push(((words.pop() ?? 0) | host) >>> 0);
    return cleared({ family, words, length: bits });
  });
}

/** Texts of prefixes of both kinds. */
export function prefixTexts(family: 4 | 6, maxLength = 60): fc.Arbitrary<string[]> {
  const prefix = fc.oneof(
    { weight: 4, arbitrary: crowdedPrefix(family) },
    { weight: 1, arbitrary: anyPrefix(family) },
  );
  return fc.array(prefix.map(formatPrefix), { maxLength });
}

function cleared(prefix: Prefix): Prefix {
  const builder = new PrefixBuilder(prefix.family, 1);
  builder.add(prefix);
  return prefixAt(builder.toList(), 0);
}

/** Addresses one after the other, from 198.18.0.0 + `first` on. */
export function numberedAddresses(first: number, count: number): PrefixTable {
  const list = new PrefixBuilder(4, count);
  for (let number = first; number < first + count; number += 1) list.add4(0xc6120000 + number, 32);
  return toTable(list.toList(), emptyList(6));
}
