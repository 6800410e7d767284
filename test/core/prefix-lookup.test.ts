import assert from 'node:assert/strict';
import { containsCidr, overlapCidr } from 'cidr-tools';
import fc from 'fast-check';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { hasEntry, isCovered } from '../../src/core/prefix-search.ts';
import { formatPrefix, parsePrefix } from '../../src/core/prefix-text.ts';
import { anyPrefix, crowdedPrefix, prefixTexts, table, texts } from '../support/prefixes.ts';

describe('createLookup', () => {
  it('finds all entries around an address, the most specific first', () => {
    const lookup = createLookup(
      table('0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '11.0.0.0/8'),
    );
    const found = (text: string): string[] => lookup.find(parsePrefix(text)).map(formatPrefix);
    assert.deepEqual(found('10.1.2.3'), ['10.1.2.3', '10.1.0.0/16', '10.0.0.0/8', '0.0.0.0/0']);
    assert.deepEqual(found('10.1.2.0/24'), ['10.1.0.0/16', '10.0.0.0/8', '0.0.0.0/0']);
    assert.deepEqual(found('255.255.255.255'), ['0.0.0.0/0']);
    assert.deepEqual(found('::1'), []);
  });

  it('finds nothing in an empty table', () => {
    const lookup = createLookup(table());
    assert.deepEqual(lookup.find(parsePrefix('10.0.0.1')), []);
    assert.equal(lookup.overlaps(parsePrefix('0.0.0.0/0')), false);
    assert.equal(lookup.covers4(0), -1);
    assert.equal(lookup.covers4(0xffffffff), -1);
  });

  it('knows the last address', () => {
    const edge = table('255.255.255.255', '255.255.255.254/31');
    assert.equal(createLookup(edge).covers4(0xffffffff), 1);
    assert.equal(createLookup(edge).covers4(0xfffffffe), 0);
    assert.equal(createLookup(edge).covers4(0xfffffffd), -1);
  });

  for (const family of [4, 6] as const) {
    it(`agrees with cidr-tools about what contains and overlaps (IPv${family})`, () => {
      const query = fc.oneof(crowdedPrefix(family), anyPrefix(family)).map(formatPrefix);
      fc.assert(
        fc.property(prefixTexts(family, 30), query, (entries, text) => {
          const entriesTable = table(...entries);
          const lookup = createLookup(entriesTable);
          const prefix = parsePrefix(text);
          const around = texts(entriesTable).filter((entry) => containsCidr(entry, text));
          assert.deepEqual(lookup.find(prefix).map(formatPrefix), around.reverse());
          assert.equal(lookup.overlaps(prefix), overlapCidr(entries, text));
          const inside = texts(entriesTable).filter(
            (entry) => entry !== text && containsCidr(text, entry),
          );
          assert.deepEqual(lookup.within(prefix, 30).map(formatPrefix), inside);
          assert.deepEqual(lookup.within(prefix, 2).map(formatPrefix), inside.slice(0, 2));
          assert.equal(isCovered(entriesTable, prefix), around.length > 0);
          assert.equal(hasEntry(entriesTable, prefix), entries.includes(text));
        }),
        { numRuns: 300 },
      );
    });
  }

  it('gives the index of what find gives first for a million-times question', () => {
    const address = fc.oneof(crowdedPrefix(4), anyPrefix(4)).map(({ words }) => words[0] ?? 0);
    fc.assert(
      fc.property(prefixTexts(4, 30), address, (entries, word) => {
        const entriesTable = table(...entries);
        const lookup = createLookup(entriesTable);
        const [first] = lookup.find({ family: 4, words: [word], length: 32 });
        const index = lookup.covers4(word);
        assert.equal(
          index < 0 ? undefined : texts(entriesTable)[index],
          first && formatPrefix(first),
        );
      }),
      { numRuns: 300 },
    );
  });
});
