import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endsOf, isBlocking } from '../../src/core/hit-ends.ts';
import type { Hit, TopKind, TopName, TopSpan } from '../../src/core/ports.ts';
import { createHitNames } from '../../src/state/hit-names.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { migrations } from '../../src/state/migrations.ts';
import { openDatabase, type Database } from '../../src/system/sqlite.ts';
import { randomHit, seededRandom } from '../support/random-hits.ts';
import { TestClock } from '../support/test-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KINDS: readonly TopKind[] = ['address', 'port', 'inside'];
const WINDOWS: Readonly<Record<TopSpan, number>> = { day: HOUR, week: DAY };

/** What a count of all hits gives. */
function recount(hits: readonly Hit[], kind: TopKind, span: TopSpan, now: number): TopName[] {
  const bucket = WINDOWS[span];
  const kept = span === 'day' ? DAY : 7 * DAY;
  const start = Math.floor((now - kept) / bucket) * bucket + bucket;
  const sums = new Map<string, number>();
  for (const hit of hits) {
    const name = nameOf(hit, kind);
    if (name === null || hit.time < start) continue;
    sums.set(name, (sums.get(name) ?? 0) + 1);
  }
  return [...sums]
    .map(([name, count]) => ({ name, hits: count }))
    .sort((a, b) => b.hits - a.hits || (a.name < b.name ? -1 : 1));
}

function nameOf(hit: Hit, kind: TopKind): string | null {
  if (!isBlocking(hit.action)) return null;
  const { remote, inside } = endsOf(hit);
  if (kind === 'address') return remote;
  if (kind === 'port') return `${hit.destinationPort}/${hit.protocol}`;
  return hit.direction === 'out' ? inside : null;
}

describe('hits by name', () => {
  let database: Database;
  beforeEach(() => {
    database = openDatabase(':memory:', migrations);
  });
  afterEach(() => database.close());

  /** How far the clock goes on, and how long ago each hit was logged. */
  const steps = fc.array(
    fc.record({
      pass: fc.integer({ min: 0, max: 3 * DAY }),
      ages: fc.array(fc.integer({ min: 0, max: 2 * DAY }), { maxLength: 30 }),
    }),
    { maxLength: 12 },
  );

  it('are what a recount gives, whatever comes late and whatever leaves the windows', () => {
    fc.assert(
      fc.property(steps, fc.integer(), (script, seed) => {
        database.exec('DELETE FROM hit_names; DELETE FROM hit_tops; DELETE FROM hits');
        const clock = new TestClock();
        const store = createHitStore(database, { clock });
        const random = seededRandom(seed);
        const all: Hit[] = [];
        for (const { pass, ages } of script) {
          clock.time += pass;
          const hits = ages.map((age) => fewNames(randomHit(random, clock.time - age)));
          all.push(...hits);
          store.append('log', hits, 'p');
        }
        for (const kind of KINDS) {
          for (const span of ['day', 'week'] as const) {
            assert.deepEqual(store.top(kind, span, 1e6), recount(all, kind, span, clock.time));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('write an IPv6 address as people do, whatever the log has', () => {
    const names = createHitNames(database);
    const hit = randomHit(seededRandom(1), Date.UTC(2026, 10, 20));
    const source = '2001:0db8:0000:0000:0000:0000:0000:0001';
    names.add([{ ...hit, direction: 'in', action: 'block', source }]);
    assert.deepEqual(names.top('address', 'day', 9), [{ name: '2001:db8::1', hits: 1 }]);
  });

  it('count the names of a flood together, and keep counting those known before', () => {
    const names = createHitNames(database, 10);
    const now = Date.UTC(2026, 10, 20);
    const flood = (from: number, count: number): Hit[] =>
      Array.from({ length: count }, (_, i) => ({
        ...randomHit(seededRandom(1), now),
        direction: 'in',
        action: 'block',
        source: `198.18.${(from + i) >> 8}.${(from + i) & 255}`,
      }));
    names.add(flood(0, 8));
    names.add(flood(0, 300));
    const top = names.top('address', 'day', 1_000);
    assert.equal(
      top.reduce((sum, { hits }) => sum + hits, 0),
      308,
    );
    assert.deepEqual(top[0], { name: '', hits: 292 });
    assert.equal(top.length, 9);
    names.prune(now + 2 * DAY);
    assert.deepEqual(names.top('address', 'day', 1_000), []);
  });

  /** So that names meet. */
  function fewNames(hit: Hit): Hit {
    const { remote, inside } = endsOf(hit);
    const short = `198.18.0.${remote.length + (hit.time % 5)}`;
    return hit.direction === 'in'
      ? { ...hit, source: short, destination: inside }
      : { ...hit, destination: short, source: inside };
  }
});
