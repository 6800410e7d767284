import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Hit, HitCursor, HitFilter, HitPage, StoredHit } from '../../src/core/ports.ts';
import { addressKey, keyRange } from '../../src/core/address-key.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { createHitSearch } from '../../src/state/hit-search.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { migrations } from '../../src/state/migrations.ts';
import { openDatabase, type Database } from '../../src/system/sqlite.ts';
import { randomHit, seededRandom } from '../support/random-hits.ts';
import { TestClock } from '../support/test-clock.ts';

const HITS = 1_500;

/** Few values each, so that filters find something. */
const filters: fc.Arbitrary<HitFilter> = fc.record(
  {
    direction: fc.constantFrom('in' as const, 'out' as const),
    blocked: fc.boolean(),
    interface: fc.constantFrom('em0', 'em1', 'em9'),
    address: fc
      .constantFrom(
        '198.18.0.0',
        '198.18.0.0/24',
        '198.18.0.0/15',
        '192.168.1.10',
        '0.0.0.0/0',
        '2001:db8::/32',
        '2001:db8::1',
        '203.0.113.7',
      )
      .map(parsePrefix),
    port: fc.constantFrom(22, 443, 53, 9),
    protocol: fc.constantFrom('tcp', 'udp', 'icmp'),
    from: fc.integer({ min: 0, max: HITS }),
    to: fc.integer({ min: 0, max: HITS }),
  },
  { requiredKeys: [] },
);

describe('finding hits', () => {
  let database: Database;
  let all: readonly StoredHit[];

  before(() => {
    database = openDatabase(':memory:', migrations);
    const clock = new TestClock(HITS);
    const store = createHitStore(database, { clock, keptBytes: 1e12 });
    const random = seededRandom(5);
    // Several hits of one millisecond, and some out of order.
    const time = (i: number): number => Math.floor(i / 3) * 3 - (i % 50 === 0 ? 40 : 0);
    const hits = Array.from({ length: HITS }, (_, i) => randomHit(random, Math.max(0, time(i))));
    store.append('log', hits, 'p');
    all = createHitSearch(database, HITS + 1)({}, null, HITS).hits;
    assert.equal(all.length, HITS);
  });
  after(() => database.close());

  /** Goes from page to page to the end. */
  function everything(filter: HitFilter, limit: number, mostRows: number): StoredHit[] {
    const find = createHitSearch(database, mostRows);
    const found: StoredHit[] = [];
    let after: HitCursor | null = null;
    for (let pages = 0; pages < 10_000; pages += 1) {
      const page: HitPage = find(filter, after, limit);
      assert.ok(page.hits.length <= limit);
      assert.ok(page.full || page.next !== null);
      found.push(...page.hits);
      if (page.next === null) return found;
      after = page.next;
    }
    throw new Error('the pages have no end');
  }

  it('gives each hit of the filter once, newest first, however little is looked at for a page', () => {
    fc.assert(
      fc.property(
        filters,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 3, max: 2_000 }),
        (filter, limit, mostRows) => {
          const expected = all.filter((hit) => fits(hit, filter)).map(({ id }) => id);
          assert.deepEqual(
            everything(filter, limit, mostRows).map(({ id }) => id),
            expected,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is ordered by time, then by when it was read', () => {
    for (const [i, hit] of all.entries()) {
      const next = all[i + 1];
      if (next === undefined) break;
      assert.ok(hit.time > next.time || (hit.time === next.time && hit.id > next.id));
    }
  });

  function fits(hit: StoredHit, filter: HitFilter): boolean {
    const same = (name: 'direction' | 'interface' | 'protocol'): boolean =>
      filter[name] === undefined || hit[name] === filter[name];
    const met = <T>(wanted: T | undefined, check: (value: T) => boolean): boolean =>
      wanted === undefined || check(wanted);
    return (
      (['direction', 'interface', 'protocol'] as const).every(same) &&
      met(filter.blocked, (blocked) => (hit.action === 'block') === blocked) &&
      met(filter.port, (port) => hit.destinationPort === port) &&
      met(filter.from, (from) => hit.time >= from) &&
      met(filter.to, (to) => hit.time < to) &&
      met(filter.address, () => [hit.source, hit.destination].some((one) => isIn(one, filter)))
    );
  }

  function isIn(address: Hit['source'], { address: prefix }: HitFilter): boolean {
    const key = addressKey(address);
    if (key === null || prefix === undefined) return false;
    const { first, last } = keyRange(prefix);
    return Buffer.compare(first, key) <= 0 && Buffer.compare(key, last) <= 0;
  }
});
