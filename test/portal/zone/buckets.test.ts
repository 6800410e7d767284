import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PrefixBuilder } from '../../../src/core/prefix-builder.ts';
import { sizeOf, type Prefix, type PrefixTable } from '../../../src/core/prefix-list.ts';
import { toTable } from '../../../src/core/prefix-sort.ts';
import { decodeApl } from '../../../src/protocol/apl.ts';
import { BUCKET_LIMITS, cutIntoBuckets, type Bucket } from '../../../src/portal/zone/buckets.ts';

const SMALL = { entries: 16, bytes: 65_000 };

function tableOf(prefixes: Iterable<Prefix>): PrefixTable {
  const builders = { 4: new PrefixBuilder(4), 6: new PrefixBuilder(6) };
  for (const prefix of prefixes) builders[prefix.family].add(prefix);
  return toTable(builders[4].toList(), builders[6].toList());
}

function joined(buckets: readonly Bucket[]): PrefixTable {
  const [v4, v6] = [new PrefixBuilder(4), new PrefixBuilder(6)];
  for (const { apl } of buckets) {
    decodeApl(apl, 0, apl.length, { include4: v4, include6: v6, exclude4: v4, exclude6: v6 });
  }
  return toTable(v4.toList(), v6.toList());
}

/** How many buckets of either cut are not in the other one. */
function touched(before: readonly Bucket[], after: readonly Bucket[]): number {
  const key = ({ number, apl }: Bucket): string => `${number} ${Buffer.from(apl).toString('hex')}`;
  const [one, two] = [new Set(before.map(key)), new Set(after.map(key))];
  const only = (set: Set<string>, other: Set<string>): number =>
    [...set].filter((one) => !other.has(one)).length;
  return only(one, two) + only(two, one);
}

const word = fc.nat({ max: 0xffffffff });
const prefix = fc.oneof(
  fc.record({
    family: fc.constant(4 as const),
    words: fc.tuple(word),
    length: fc.integer({ min: 8, max: 32 }),
  }),
  fc.record({
    family: fc.constant(6 as const),
    words: fc.tuple(word, word, word, word),
    length: fc.integer({ min: 16, max: 128 }),
  }),
);

describe('the buckets of a list', () => {
  it('hold each entry once, within their limits, in an order that depends on the entries alone', () => {
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 500 }), (prefixes) => {
        const table = tableOf(prefixes);
        const buckets = cutIntoBuckets(table, SMALL);
        assert.deepEqual(joined(buckets), table);
        assert.equal(
          buckets.reduce((sum, { entries }) => sum + entries, 0),
          sizeOf(table),
        );
        for (const { entries } of buckets) assert.ok(entries > 0 && entries <= SMALL.entries);
        assert.deepEqual(cutIntoBuckets(tableOf(prefixes.toReversed()), SMALL), buckets);
      }),
    );
  });

  it('change by at most a few for each entry that comes or goes', () => {
    const changes = fc.tuple(
      fc.array(prefix, { minLength: 100, maxLength: 500 }),
      fc.array(prefix, { maxLength: 5 }),
      fc.nat({ max: 5 }),
    );
    fc.assert(
      fc.property(changes, ([start, added, removed]) => {
        const before = cutIntoBuckets(tableOf(start), SMALL);
        const after = cutIntoBuckets(tableOf([...start.slice(removed), ...added]), SMALL);
        const changed = added.length + removed;
        // One bucket is two records (the old one, the new one); one that is halved is three, and its halves
        // may be halved again as long as one of them gets all of it: seldom, and bounded by the hash.
        assert.ok(touched(before, after) <= changed * 5, `${touched(before, after)} by ${changed}`);
      }),
    );
  });

  it('of 300,000 entries are about 50, and 10 changes touch at most 20 records', () => {
    const builder = new PrefixBuilder(4, 300_010);
    for (let i = 0; i < 300_000; i += 1) builder.add4(Math.imul(i, 0x9e3779b1), 32);
    const before = cutIntoBuckets(toTable(builder.toList(), new PrefixBuilder(6).toList()));
    for (let i = 0; i < 10; i += 1) builder.add4(0x08080800 + i, 31);
    const after = cutIntoBuckets(toTable(builder.toList(), new PrefixBuilder(6).toList()));
    assert.ok(before.length >= 38 && before.length <= 80, `${before.length} buckets`);
    assert.ok(touched(before, after) <= 20, `${touched(before, after)} records`);
    for (const { entries, apl } of after) {
      assert.ok(entries <= BUCKET_LIMITS.entries && apl.length <= BUCKET_LIMITS.bytes);
    }
  });

  it('of IPv6 entries stay below the bytes of a message', () => {
    const builder = new PrefixBuilder(6, 10_000);
    for (let i = 0; i < 10_000; i += 1) builder.add6(0x20010db8, i, ~i, i | 1, 128);
    const buckets = cutIntoBuckets(toTable(new PrefixBuilder(4).toList(), builder.toList()));
    assert.ok(buckets.length >= 4);
    for (const { apl } of buckets) assert.ok(apl.length <= BUCKET_LIMITS.bytes);
  });
});
