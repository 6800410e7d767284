import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { excludeCidr, mergeCidr, overlapCidr, parseCidr } from 'cidr-tools';
import fc from 'fast-check';
import {
  addressCount,
  compactTable,
  difference,
  disjoint,
  overlapping,
  subtract,
  union,
} from '../../src/core/prefix-algebra.ts';
import { formatTable } from '../../src/core/prefix-text.ts';
import { prefixTexts, table, texts } from '../support/prefixes.ts';

/** Two lists of one family. */
const pairs = fc
  .constantFrom(4 as const, 6 as const)
  .chain((family) => fc.tuple(prefixTexts(family), prefixTexts(family, 30)));

/** Texts as a table's order has them. */
function inOrder(entries: readonly string[]): string[] {
  return texts(table(...entries));
}

describe('union and difference', () => {
  it('are those of sets of entries', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        assert.deepEqual(texts(union(table(...a), table(...b))), inOrder([...a, ...b]));
        const { added, removed } = difference(table(...a), table(...b));
        assert.deepEqual(texts(added), inOrder(b.filter((entry) => !a.includes(entry))));
        assert.deepEqual(texts(removed), inOrder(a.filter((entry) => !b.includes(entry))));
      }),
    );
  });

  it('keep nested entries apart', () => {
    const { added, removed } = difference(table('10.0.0.0/8'), table('10.0.0.0/9', '::/0'));
    assert.deepEqual(texts(added), ['10.0.0.0/9', '::/0']);
    assert.deepEqual(texts(removed), ['10.0.0.0/8']);
  });
});

describe('compactTable', () => {
  it('drops what is inside and merges neighbours, over several levels', () => {
    const compacted = compactTable(
      table(
        '10.0.0.0/25',
        '10.0.0.128/26',
        '10.0.0.192/26',
        '10.0.1.0/24',
        '10.0.0.7',
        '::',
        '::1',
      ),
    );
    assert.deepEqual(texts(compacted), ['10.0.0.0/23', '::/127']);
  });

  it('does not merge neighbours that are not halves of one prefix', () => {
    const apart = ['10.0.1.0/24', '10.0.2.0/24'];
    assert.deepEqual(texts(compactTable(table(...apart))), apart);
  });

  it('stops at the widest prefix that is wanted', () => {
    const halves = table(
      '10.0.0.0/8',
      '11.0.0.0/8',
      '12.0.0.0/9',
      '12.128.0.0/9',
      '::/1',
      '8000::/1',
    );
    assert.deepEqual(texts(compactTable(halves, { v4: 8, v6: 1 })), [
      '10.0.0.0/8',
      '11.0.0.0/8',
      '12.0.0.0/8',
      '::/1',
      '8000::/1',
    ]);
    assert.deepEqual(texts(compactTable(halves)), ['10.0.0.0/7', '12.0.0.0/8', '::/0']);
  });

  it('keeps the edges of the address space', () => {
    for (const edge of [
      ['0.0.0.0/0'],
      ['0.0.0.0', '255.255.255.255'],
      ['::/0'],
      ['::ffff:1.2.3.4'],
    ]) {
      assert.deepEqual(texts(compactTable(table(...edge))), edge);
    }
    assert.deepEqual(texts(compactTable(table('0.0.0.0/1', '128.0.0.0/1'))), ['0.0.0.0/0']);
  });

  it('makes the same entries as cidr-tools', () => {
    fc.assert(
      fc.property(pairs, ([entries]) => {
        assert.deepEqual(texts(compactTable(table(...entries))), inOrder(mergeCidr(entries)));
      }),
      { numRuns: 300 },
    );
  });

  it('writes the same bytes as iprange', () => {
    fc.assert(
      fc.property(prefixTexts(4, 400), (all) => {
        // iprange 1.0.4 takes 0.0.0.0 for the neighbour of 255.255.255.255 and then prints what lies between.
        const entries = all.filter((entry) => !overlapCidr(entry, '255.255.255.255'));
        fc.pre(entries.length > 0);
        const input = entries.map((entry) => `${entry}\n`).join('');
        const expected = execFileSync('iprange', ['-'], { input, encoding: 'latin1' });
        const written = formatTable(compactTable(table(...entries)));
        assert.equal(Buffer.from(written).toString('latin1'), expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('subtract', () => {
  it('drops entries inside, splits entries around, and leaves the others as they are', () => {
    const left = subtract(
      table(
        '10.0.0.0/30',
        '10.0.0.1',
        '10.0.1.0/24',
        '10.0.1.128/25',
        '192.0.2.0/24',
        '2001:db8::/126',
      ),
      table('10.0.0.1', '192.0.0.0/16', '2001:db8::3'),
    );
    assert.deepEqual(texts(left), [
      '10.0.0.0',
      '10.0.0.2/31',
      '10.0.1.0/24',
      '10.0.1.128/25',
      '2001:db8::/127',
      '2001:db8::2',
    ]);
  });

  it('splits all addresses but one into one prefix of each length', () => {
    for (const [all, one, count] of [
      ['0.0.0.0/0', '255.255.255.255', 32],
      ['::/0', '::ffff:1.2.3.4', 128],
    ] as const) {
      const left = subtract(table(all), table(one));
      assert.equal(texts(left).length, count);
      assert.deepEqual(texts(compactTable(union(left, table(one)))), [all]);
    }
  });

  it('leaves the addresses that cidr-tools leaves', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const left = subtract(table(...a), table(...b));
        assert.deepEqual(texts(compactTable(left)), inOrder(excludeCidr(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  it('works entry by entry, with the fewest prefixes left of each', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const byEntry = a.flatMap((entry) =>
          overlapCidr(entry, b) ? excludeCidr(entry, b) : entry,
        );
        assert.deepEqual(texts(subtract(table(...a), table(...b))), inOrder(byEntry));
      }),
      { numRuns: 300 },
    );
  });
});

describe('overlapping and disjoint', () => {
  it('divide the entries as cidr-tools does', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [tableA, tableB] = [table(...a), table(...b)];
        const meets = (entry: string): boolean => b.length > 0 && overlapCidr(entry, b);
        assert.deepEqual(texts(overlapping(tableA, tableB)), inOrder(a.filter(meets)));
        assert.deepEqual(texts(disjoint(tableA, tableB)), inOrder(a.filter((e) => !meets(e))));
      }),
      { numRuns: 300 },
    );
  });
});

describe('addressCount', () => {
  it('counts each address once', () => {
    assert.deepEqual(addressCount(table('10.0.0.0/8', '10.1.0.0/16', '10.0.0.1', '::/0', '::1')), {
      v4: 2 ** 24,
      v6: 2n ** 128n,
    });
    assert.deepEqual(addressCount(table('0.0.0.0/0', '255.255.255.255')), { v4: 2 ** 32, v6: 0n });
  });

  it('is the sum over what cidr-tools merges', () => {
    fc.assert(
      fc.property(pairs, ([entries]) => {
        const merged = mergeCidr(entries).map(parseCidr);
        const sum = merged.reduce((total, { start, end }) => total + end - start + 1n, 0n);
        const { v4, v6 } = addressCount(table(...entries));
        assert.equal(BigInt(v4) + v6, sum);
      }),
    );
  });
});
