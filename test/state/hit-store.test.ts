import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HostError } from '../../src/core/errors.ts';
import type { Hit, HitBatch } from '../../src/core/ports.ts';
import { createHitReader } from '../../src/core/hit-read.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { decodeGap } from '../../src/protocol/upload.ts';
import { createHitStore, type HitStoreOptions } from '../../src/state/hit-store.ts';
import { migrations } from '../../src/state/migrations.ts';
import { openDatabase, type Database } from '../../src/system/sqlite.ts';
import { hitLine } from '../support/filter-log.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TestClock } from '../support/test-clock.ts';

const LOG = '/var/log/filter.log';
const DAY = 86_400_000;
const nothing = createLookup(EMPTY_TABLE);

function hits(from: number, count: number, now: number): Hit[] {
  const read = createHitReader({ now, zone: () => 0, policy: { block: nothing, allow: nothing } });
  return Array.from({ length: count }, (_, i) => read(Buffer.from(hitLine(from + i))) as Hit);
}

function linesOf(batch: HitBatch | null): string[] {
  assert.ok(batch);
  assert.equal(createHash('sha256').update(batch.body).digest('hex'), batch.sha256);
  return gunzipSync(batch.body).toString().slice(0, -1).split('\n');
}

describe('createHitStore', () => {
  const folder = temporaryFolder();
  let database: Database;
  let clock: TestClock;

  beforeEach(() => {
    clock = new TestClock();
    database = openDatabase(join(folder(), 'agent.sqlite'), migrations);
  });

  afterEach(() => database.close());

  function open(options: Partial<HitStoreOptions> = {}) {
    return createHitStore(database, { clock, ...options });
  }

  it('keeps hits and position of each log', () => {
    const store = open();
    assert.equal(store.position(LOG), null);
    store.append(LOG, hits(0, 3, clock.now()), 'p1');
    store.append('other', [], 'q1');
    assert.deepEqual([store.position(LOG), store.position('other')], ['p1', 'q1']);
    const newest = store.recent(2);
    assert.deepEqual(
      newest.map(({ line }) => Buffer.from(line).toString()),
      [hitLine(2), hitLine(1)],
    );
    const [expected] = hits(2, 1, clock.now());
    assert.deepEqual({ ...newest[0], line: '' }, { ...expected, id: 3, line: '' });
  });

  it('tells what was logged of one address, as source or destination', () => {
    const store = open();
    const [one, two, other] = hits(0, 3, clock.now());
    assert.ok(one !== undefined && two !== undefined && other !== undefined);
    const now = clock.now();
    const named = [
      {
        ...one,
        time: now - 30,
        source: '64.87.3.133',
        destination: '192.0.2.9',
        tracker: 1770000101,
      },
      {
        ...two,
        time: now - 10,
        source: '192.0.2.9',
        destination: '64.87.3.133',
        tracker: 1770000102,
      },
      { ...other, time: now - 20, source: '192.0.2.9', destination: '198.51.100.1', tracker: 0 },
    ];
    store.append(LOG, named, 'p1');
    const { trackers, ...found } = store.ofAddress('64.87.3.133');
    assert.deepEqual(found, { count: 2, first: now - 30, last: now - 10 });
    assert.deepEqual(trackers.toSorted(), [1770000101, 1770000102]);
    const nothingOf = { count: 0, first: null, last: null, trackers: [] };
    assert.deepEqual(store.ofAddress('203.0.113.1'), nothingOf);
  });

  it('seals the waiting lines into one batch, oldest first', () => {
    const store = open();
    store.append(LOG, hits(0, 3, clock.now()), 'p1');
    store.append(LOG, hits(3, 2, clock.now()), 'p2');
    assert.equal(store.seal(), 1);
    assert.equal(store.seal(), 0);
    const batch = store.nextBatch(clock.now());
    assert.deepEqual(linesOf(batch), [0, 1, 2, 3, 4].map(hitLine));
    assert.deepEqual([batch?.kind, batch?.lines, batch?.attempts], ['hits', 5, 0]);
    assert.deepEqual(
      [batch?.first, batch?.last],
      [Date.UTC(2026, 10, 20, 3, 4, 0), Date.UTC(2026, 10, 20, 3, 4, 4)],
    );
  });

  it('cuts batches by size', () => {
    const store = open({ batchBytes: 1_000 });
    for (let i = 0; i < 10; i += 1) store.append(LOG, hits(i * 2, 2, clock.now()), `p${i}`);
    assert.equal(store.seal(), 4);
    const seen: string[] = [];
    for (let batch = store.nextBatch(0); batch !== null; batch = store.nextBatch(0)) {
      seen.push(...linesOf(batch));
      store.accepted(batch.id);
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, i) => hitLine(i)),
    );
  });

  it('counts what was collected, waits and was uploaded', () => {
    const store = open();
    store.append(LOG, hits(0, 3, clock.now()), 'p1');
    store.append(LOG, [{ time: 1, line: Buffer.from('raw') }], 'p2');
    store.seal();
    store.append(LOG, hits(3, 2, clock.now()), 'p3');
    const before = {
      collected: 6,
      unreadable: 1,
      lastDay: 5,
      waiting: 6,
      uploaded: 0,
      oldestWaiting: 1,
    };
    const none = { quarantined: 0, gaps: 0, dropped: 0 };
    assert.deepEqual(store.counts(), { ...before, ...none });
    const batch = store.nextBatch(clock.now());
    assert.equal(linesOf(batch).at(-1), 'raw');
    store.accepted(batch?.id ?? '');
    store.accepted(batch?.id ?? '');
    assert.deepEqual(store.counts(), {
      ...{ ...before, ...none, waiting: 2, uploaded: 4 },
      oldestWaiting: hits(3, 2, clock.now())[0]?.time,
    });
    store.seal();
    store.accepted(store.nextBatch(clock.now())?.id ?? '');
    assert.equal(store.counts().oldestWaiting, null);
  });

  it('does not let a batch overtake one that has to wait, until told to try all now', () => {
    const store = open();
    store.append(LOG, hits(0, 1, clock.now()), 'p1');
    store.seal();
    store.append(LOG, hits(1, 1, clock.now()), 'p2');
    store.seal();
    const first = store.nextBatch(clock.now());
    store.retryAt(first?.id ?? '', clock.now() + 60_000, 'no answer');
    assert.equal(store.nextBatch(clock.now()), null);
    assert.equal(store.nextBatch(clock.now() + 60_000)?.attempts, 1);
    store.retryNow();
    assert.equal(store.nextBatch(clock.now())?.id, first?.id);
  });

  it('does not wait for a moment that lies too far ahead because the clock was put back', () => {
    const store = open();
    store.append(LOG, hits(0, 1, clock.now()), 'p1');
    store.seal();
    store.retryAt(store.nextBatch(clock.now())?.id ?? '', clock.now() + 3_600_000, 'no answer');
    assert.equal(store.nextBatch(clock.now()), null);
    assert.equal(store.nextBatch(clock.now() - DAY)?.attempts, 1);
  });

  it('passes a quarantined batch', () => {
    const store = open();
    store.append(LOG, hits(0, 1, clock.now()), 'p1');
    store.seal();
    store.append(LOG, hits(1, 1, clock.now()), 'p2');
    store.seal();
    store.quarantine(store.nextBatch(clock.now())?.id ?? '', 'status 400');
    assert.deepEqual(linesOf(store.nextBatch(clock.now())), [hitLine(1)]);
    assert.deepEqual([store.counts().quarantined, store.counts().waiting], [1, 1]);
  });

  it('reports gaps in a batch of their own, each once', () => {
    const store = open();
    const began = clock.now();
    store.append(LOG, [], 'p1');
    clock.time += 10_000;
    store.append(LOG, hits(0, 1, clock.now()), 'p2', [{ reason: 'emptied', bytes: null }]);
    clock.time += 10_000;
    store.append(LOG, [], 'p3', [{ reason: 'a long line', bytes: 400 }]);
    store.append(LOG, [], 'p4', [{ reason: 'a long line', bytes: 300 }]);
    assert.equal(store.counts().gaps, 2);
    assert.equal(store.seal(), 2);
    store.accepted(store.nextBatch(clock.now())?.id ?? '');
    const batch = store.nextBatch(clock.now());
    assert.deepEqual([batch?.kind, batch?.lines], ['gap', 2]);
    assert.deepEqual(linesOf(batch).map(decodeGap), [
      { from: began, to: began + 10_000, bytes: null, lines: null, reason: 'emptied' },
      { from: began + 10_000, to: clock.now(), bytes: 700, lines: null, reason: 'a long line' },
    ]);
    store.accepted(batch?.id ?? '');
    assert.equal(store.seal(), 0);
    assert.deepEqual([store.counts().uploaded, store.counts().gaps], [1, 2]);
  });

  it('drops the oldest lines above its cap, with count and gap', () => {
    const store = open({ spoolBytes: 3_000 });
    for (let i = 0; i < 40; i += 1) {
      store.append(LOG, hits(i, 1, clock.now()), `p${i}`);
      if (i === 10) store.seal();
    }
    const { waiting, dropped, gaps } = store.counts();
    assert.equal(waiting + dropped, 40);
    assert.equal(gaps, 1);
    store.seal();
    assert.deepEqual(
      linesOf(store.nextBatch(clock.now())),
      Array.from({ length: waiting }, (_, i) => hitLine(40 - waiting + i)),
    );
    store.accepted(store.nextBatch(clock.now())?.id ?? '');
    const [gap] = linesOf(store.nextBatch(clock.now())).map(decodeGap);
    assert.equal(gap?.lines, dropped);
  });

  it('keeps hits for 30 days, also when no other comes', () => {
    const store = open();
    store.append(LOG, hits(0, 8, clock.now()), 'p1');
    clock.time += 29 * DAY;
    store.append(LOG, hits(8, 1, clock.now()), 'p2');
    assert.equal(store.recent(100).length, 9);
    clock.time += 2 * DAY;
    store.seal();
    assert.equal(store.recent(100).length, 0);
  });

  it('keeps no more hits than its size allows, the newest', () => {
    const store = open({ keptBytes: 20_000 });
    const perHit = hitLine(0).length + 200;
    for (let i = 0; i < 40; i += 1) store.append(LOG, hits(i * 7, 7, clock.now()), `p${i}`);
    const kept = store.recent(1_000);
    assert.ok(kept.length <= 20_000 / perHit && kept.length > (0.9 * 20_000) / perHit - 7);
    assert.deepEqual(
      kept.map(({ line }) => Buffer.from(line).toString()),
      kept.map((_, i) => hitLine(279 - i)),
    );
    store.append(LOG, hits(280, 120, clock.now()), 'last');
    assert.equal(Buffer.from(store.recent(1)[0]?.line ?? '').toString(), hitLine(399));
    assert.ok(store.recent(1_000).length <= 20_000 / perHit);
  });

  it('keeps sums by hour for 60 days and by day for 5 years', () => {
    const store = open();
    const day = Date.UTC(2026, 10, 20);
    const hour = day + 3 * 3_600_000;
    const sum = { direction: 'in', action: 'block', hits: 9 };
    clock.time = day + 12 * 3_600_000;
    store.append(LOG, hits(0, 8, clock.now()), 'p1');
    store.append(LOG, hits(8, 1, clock.now()), 'p2');
    assert.deepEqual(store.hourly(0), [{ hour, ...sum }]);
    assert.deepEqual(store.hourly(hour + 3_599_999), [{ hour, ...sum }]);
    assert.deepEqual(store.hourly(hour + 3_600_000), []);
    assert.deepEqual(store.daily(day + DAY - 1), [{ day, ...sum }]);
    assert.deepEqual(store.daily(day + DAY), []);
    assert.equal(store.counts().lastDay, 9);
    clock.time += 2 * DAY;
    assert.equal(store.counts().lastDay, 0);
    clock.time += 59 * DAY;
    store.seal();
    assert.deepEqual([store.hourly(0).length, store.daily(0).length], [0, 1]);
    clock.time += 5 * 366 * DAY;
    store.seal();
    assert.equal(store.daily(0).length, 0);
  });

  it('keeps the newest quarantined batches only, and accounts for the others', () => {
    const store = open();
    for (let i = 0; i < 25; i += 1) {
      store.append(LOG, hits(i, 1, clock.now()), `p${i}`);
      store.seal();
      const batch = store.nextBatch(clock.now());
      store.quarantine(batch?.id ?? '', 'status 400');
      if (batch?.kind === 'gap') i -= 1;
    }
    const { quarantined, dropped } = store.counts();
    assert.equal(quarantined, 20);
    const [gap] = store.gaps(1);
    assert.match(gap?.reason ?? '', /rejected many batches/);
    const reported = store.gaps(10).reduce((sum, { lines }) => sum + (lines ?? 0), 0);
    assert.ok(dropped > 0);
    assert.equal(reported, dropped);
  });

  it('offers quarantined batches again when told to try all now', () => {
    const store = open();
    store.append(LOG, hits(0, 1, clock.now()), 'p1');
    store.seal();
    store.quarantine(store.nextBatch(clock.now())?.id ?? '', 'status 413');
    assert.equal(store.nextBatch(clock.now()), null);
    store.retryNow();
    assert.deepEqual(linesOf(store.nextBatch(clock.now())), [hitLine(0)]);
    assert.equal(store.counts().quarantined, 0);
  });

  it('drops batches in quarantine, too, before it passes its cap', () => {
    const store = open({ spoolBytes: 3_000 });
    store.append(LOG, hits(0, 1, clock.now()), 'p1');
    store.seal();
    store.quarantine(store.nextBatch(clock.now())?.id ?? '', 'status 413');
    for (let i = 1; i < 40; i += 1) store.append(LOG, hits(i, 1, clock.now()), `p${i}`);
    const { waiting, dropped, quarantined } = store.counts();
    assert.deepEqual([waiting + dropped, quarantined], [40, 0]);
  });

  it('knows that the intake refuses the device until it takes a batch', () => {
    const store = open();
    store.append(LOG, hits(0, 1, clock.now()), 'p1');
    store.seal();
    const { id = '' } = store.nextBatch(clock.now()) ?? {};
    assert.equal(store.denial(), null);
    store.denyUntil(id, clock.now() + 3_600_000, 'status 403');
    assert.equal(store.denial(), 'status 403');
    store.retryAt(id, clock.now(), 'status 503');
    assert.equal(store.denial(), null);
    store.denyUntil(id, clock.now(), 'status 401');
    store.accepted(id);
    assert.equal(store.denial(), null);
  });

  it('masks what is sealed and keeps the hits as they were', () => {
    const store = open();
    store.append(LOG, hits(0, 2, clock.now()), 'p1');
    const masked = (line: string) => line.replace('203.0.113.7', '0.0.0.0');
    store.seal((lines) =>
      Buffer.from(Buffer.from(lines).toString().replaceAll('203.0.113.7', '0.0.0.0')),
    );
    assert.deepEqual(linesOf(store.nextBatch(clock.now())), [0, 1].map(hitLine).map(masked));
    assert.equal(Buffer.from(store.recent(1)[0]?.line ?? '').toString(), hitLine(1));
    store.seal();
    assert.deepEqual(linesOf(store.nextBatch(clock.now())), [0, 1].map(hitLine).map(masked));
  });

  it('keeps hits and position together when the disk is full', () => {
    const disk = mountSmallDisk(folder(), 512);
    try {
      const small = openDatabase(join(disk.folder, 'agent.sqlite'), migrations);
      const store = createHitStore(small, { clock });
      store.append(LOG, hits(0, 1, clock.now()), 'p1');
      disk.fill();
      assert.throws(() => store.append(LOG, hits(1, 3_000, clock.now()), 'p2'), HostError);
      assert.deepEqual([store.position(LOG), store.counts().collected], ['p1', 1]);
      small.close();
    } finally {
      disk.unmount();
    }
  });
});
