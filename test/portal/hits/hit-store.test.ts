import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrefix } from '../../../src/core/prefix-text.ts';
import { HostError } from '../../../src/core/errors.ts';
import type {
  HitPart,
  HitStore,
  PortalHit,
  ReportFilter,
  ReportKind,
} from '../../../src/portal/hits/hit-store.ts';
import { openHitsInThread } from '../../../src/portal/hits/hits-in-thread.ts';
import { openPostgresqlSession } from '../../../src/portal/hits/postgresql-session.ts';
import { createSqlHitStore } from '../../../src/portal/hits/sql-hit-store.ts';
import { openSqliteSession } from '../../../src/portal/hits/sqlite-session.ts';
import { Postgresql } from '../../support/postgresql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY = Date.UTC(2026, 10, 20);
const HOUR_MS = 3_600_000;

function hit(line: number, change: Partial<PortalHit> = {}): PortalHit {
  return {
    ...{ line, time: DAY + line * 1_000, direction: 'in', action: 'block', protocol: 'tcp' },
    ...{ interface: 'em0', remote: '198.51.100.7', inside: '203.0.113.1', port: 22 },
    ...{ sourcePort: 40_000, ...change },
  };
}

function part(device: string, hits: readonly PortalHit[], change: Partial<HitPart> = {}): HitPart {
  return { device, batch: 'b1', from: 0, lines: hits.length, hits, ...change };
}

/** A database of its own for each test; PostgreSQL is started once. */
interface Kind {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly open: (folder: string) => HitStore;
  readonly stop: () => Promise<void>;
}

const server = new Postgresql();
let databases = 0;
const kinds: readonly Kind[] = [
  {
    name: 'SQLite',
    start: () => Promise.resolve(),
    open: (folder) => createSqlHitStore(() => openSqliteSession(join(folder, 'hits.db'))),
    stop: () => Promise.resolve(),
  },
  {
    name: 'SQLite, in a thread',
    start: () => Promise.resolve(),
    open: (folder) => openHitsInThread(join(folder, 'hits.db')),
    stop: () => Promise.resolve(),
  },
  {
    name: 'PostgreSQL',
    start: () => server.start(),
    open: () => {
      const url = server.createDatabase(`hits${(databases += 1)}`);
      return createSqlHitStore(() => openPostgresqlSession(url));
    },
    stop: () => server.remove(),
  },
];

for (const { name, start, open, stop } of kinds) {
  describe(`the hits of a fleet in ${name}`, function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    let store: HitStore;
    before(start);
    after(stop);
    beforeEach(() => {
      store = open(folder());
    });
    afterEach(() => store.close());

    it('are found newest first, page by page, each once', async () => {
      const many = Array.from({ length: 1_234 }, (_, line) => hit(line));
      await store.add(part('d1', many));
      await store.add(part('d2', many.slice(0, 10)));
      const seen: string[] = [];
      let after = null;
      for (;;) {
        const page = await store.find({}, after, 100);
        seen.push(...page.map(({ device, line }) => `${device} ${line}`));
        after = page.at(-1) ?? null;
        if (page.length < 100) break;
      }
      assert.equal(seen.length, 1_244);
      assert.equal(new Set(seen).size, 1_244);
      assert.deepEqual([seen[0], seen.at(-1)], ['d1 1233', 'd1 0']);
    });

    it('have all that was logged', async () => {
      const first = hit(0, {
        port: null,
        sourcePort: null,
        remote: '2001:db8::1',
        protocol: 'icmp',
      });
      await store.add(part('d1', [first]));
      assert.deepEqual(await store.find({}, null, 1), [{ device: 'd1', batch: 'b1', ...first }]);
    });

    it('are chosen by device, address, port, direction and time', async () => {
      await store.add(part('d1', [hit(0), hit(1, { remote: '198.51.100.200', direction: 'out' })]));
      await store.add(part('d2', [hit(2, { inside: '10.0.0.5', port: 443 })]));
      const lines = async (filter: Parameters<HitStore['find']>[0]) =>
        (await store.find(filter, null, 10)).map(({ line }) => line);
      assert.deepEqual(await lines({ devices: ['d1'] }), [1, 0]);
      assert.deepEqual(await lines({ devices: [] }), []);
      assert.deepEqual(await lines({ address: parsePrefix('198.51.100.0/25') }), [2, 0]);
      assert.deepEqual(await lines({ address: parsePrefix('10.0.0.5') }), [2]);
      assert.deepEqual(await lines({ port: 443 }), [2]);
      assert.deepEqual(await lines({ direction: 'out' }), [1]);
      assert.deepEqual(await lines({ from: DAY + 1_000, to: DAY + 2_000 }), [1]);
    });

    it('are counted by hour and by name; inside hosts where they tried to reach out', async () => {
      const out = { direction: 'out' as const, inside: '10.0.0.9' };
      await store.add(part('d1', [hit(0), hit(1, out), hit(2, { ...out, action: 'pass' })]));
      await store.add(part('d2', [hit(3, { time: DAY + HOUR_MS }), hit(4, out)]));
      assert.deepEqual(await store.hourly({}), [
        { time: DAY, direction: 'in', blocked: true, hits: 1 },
        { time: DAY, direction: 'out', blocked: false, hits: 1 },
        { time: DAY, direction: 'out', blocked: true, hits: 2 },
        { time: DAY + HOUR_MS, direction: 'in', blocked: true, hits: 1 },
      ]);
      assert.deepEqual(await store.top('inside', {}, 5), [{ name: '10.0.0.9', hits: 2 }]);
      assert.deepEqual(await store.top('port', { devices: ['d1'] }, 5), [
        { name: '22/tcp', hits: 2 },
      ]);
      assert.deepEqual(await store.top('device', {}, 1), [{ name: 'd1', hits: 2 }]);
      assert.deepEqual(await store.top('remote', { from: DAY + 24 * HOUR_MS }, 5), []);
    });

    it('are counted by the hits themselves where an address, a port or a direction is asked for', async () => {
      const out = { direction: 'out' as const, inside: '10.0.0.9', port: 443 };
      const icmp = { remote: '198.51.100.8', port: null, protocol: 'icmp' };
      await store.add(part('d1', [hit(0), hit(1, out), hit(2, { ...out, action: 'pass' })]));
      await store.add(part('d2', [hit(3, { time: DAY + HOUR_MS }), hit(4, icmp)]));
      const address = parsePrefix('198.51.100.7');
      const inbound = { address, direction: 'in' as const };
      assert.deepEqual(await store.hourly(inbound), [
        { time: DAY, direction: 'in', blocked: true, hits: 1 },
        { time: DAY + HOUR_MS, direction: 'in', blocked: true, hits: 1 },
      ]);
      assert.deepEqual(
        (await store.hourly({ port: 443 })).map(({ blocked, hits }) => [blocked, hits]),
        [
          [false, 1],
          [true, 1],
        ],
      );
      const top = async (kind: ReportKind, filter: ReportFilter) =>
        (await store.top(kind, filter, 5)).map(({ name, hits }) => `${name} ${hits}`);
      assert.deepEqual(await top('port', { direction: 'in' }), ['22/tcp 2', 'icmp 1']);
      assert.deepEqual(await top('device', { address }), ['d1 2', 'd2 1']);
      assert.deepEqual(await top('inside', { address }), ['10.0.0.9 1']);
      assert.deepEqual(await top('remote', { port: 22, devices: ['d1'] }), ['198.51.100.7 1']);
    });

    it('are stored once, whatever is sent again', async () => {
      const [first, second] = [
        part('d1', [hit(0), hit(1)]),
        part('d1', [hit(2)], { from: 2, lines: 5 }),
      ];
      for (const one of [first, first, second, first, second]) await store.add(one);
      assert.equal((await store.find({}, null, 10)).length, 3);
      assert.equal(await store.stored('d1', 'b1'), 7);
      assert.deepEqual(await store.top('remote', {}, 1), [{ name: '198.51.100.7', hits: 3 }]);
    });

    it('are stored whole or not at all', async () => {
      const bad = hit(1, { interface: null as unknown as string });
      await assert.rejects(store.add(part('d1', [hit(0), bad])), HostError);
      assert.deepEqual(await store.find({}, null, 10), []);
      assert.equal(await store.stored('d1', 'b1'), 0);
      assert.deepEqual(await store.hourly({}), []);
    });

    it('of many devices at once are all there', async () => {
      const devices = Array.from({ length: 20 }, (_, n) => `d${n}`);
      const hits = Array.from({ length: 700 }, (_, line) => hit(line));
      await Promise.all(devices.map((device) => store.add(part(device, hits))));
      assert.deepEqual(await store.top('remote', {}, 1), [{ name: '198.51.100.7', hits: 14_000 }]);
    });

    it('go when they are old, some at a time', async () => {
      await store.add(part('d1', [hit(0), hit(1), hit(2, { time: DAY + 48 * HOUR_MS })]));
      const later = DAY + 24 * HOUR_MS;
      const steps = [];
      for (let gone = 1; gone > 0; steps.push(gone)) gone = await store.prune(later, 1);
      // Two hits, one hour, three names, of each kind at most one a step.
      assert.deepEqual(steps, [2, 1, 0]);
      assert.deepEqual(
        (await store.find({}, null, 10)).map(({ line }) => line),
        [2],
      );
      assert.equal((await store.hourly({})).length, 1);
    });
  });
}

describe('the tables of a new database', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const another = new Postgresql();
  before(() => another.start());
  after(() => another.remove());

  it('are made once when programs and threads open it at the same time', async () => {
    const url = another.createDatabase('together');
    const path = join(folder(), 'hits.db');
    for (const open of [() => openPostgresqlSession(url), () => openSqliteSession(path)]) {
      const stores = Array.from({ length: 8 }, () => createSqlHitStore(open));
      await Promise.all(stores.map((store) => store.check()));
      await Promise.all(stores.map((store) => store.close()));
    }
  });
});

describe('hits in a PostgreSQL server that is not there', () => {
  it('are an error that says what to do', async () => {
    const store = createSqlHitStore(() =>
      openPostgresqlSession('postgresql://nobody@127.0.0.1:1/none'),
    );
    await assert.rejects(store.check(), (error: HostError) => {
      assert.match(error.message, /PostgreSQL database of hits: .*ECONNREFUSED/);
      assert.match(error.remedy, /wait on disk/);
      return true;
    });
    await store.close();
  });
});

describe('hits in a thread', () => {
  const folder = temporaryFolder();

  it('are an error when the file cannot be opened, and there again when it can', async () => {
    writeFileSync(join(folder(), 'sub'), 'a file where a folder is to be');
    const store = openHitsInThread(join(folder(), 'sub', 'hits.db'));
    await assert.rejects(store.check(), HostError);
    await assert.rejects(store.hourly({}), HostError);
    rmSync(join(folder(), 'sub'));
    await store.add(part('d1', [hit(0)]));
    assert.equal((await store.find({}, null, 10)).length, 1);
    await store.close();
    await store.close();
  });

  it('hold up nobody else while a report is made', async () => {
    const store = openHitsInThread(join(folder(), 'hits.db'));
    const many = Array.from({ length: 20_000 }, (_, line) => hit(line, { port: line % 60_000 }));
    await store.add(part('d1', many));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const names = await store.top('port', { direction: 'in' }, 1_000);
    clearInterval(timer);
    assert.equal(names.length, 1_000);
    assert.ok(turns > 0);
    await store.close();
  });
});
