import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HitStore } from '../../../src/portal/hits/hit-store.ts';
import { keepHitsInThread } from '../../../src/portal/hits/keeper-thread.ts';
import { pruneStep } from '../../../src/portal/hits/prune-hits.ts';
import type { IssuedDevice } from '../../../src/portal/model/devices.ts';
import type { Portal, PortalOptions } from '../../../src/portal/portal.ts';
import { openStore } from '../../../src/portal/store.ts';
import { TestLog, startPortal } from '../../support/portal.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { Postgresql } from '../../support/postgresql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { batchOf, upload, type TestBatch } from '../../support/upload-client.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CHILD = fileURLToPath(new URL('../../support/portal-child.ts', import.meta.url));

/** A line of pfSense's filter log; the stamp is what the device writes. */
function line(
  stamp: string,
  { source = '203.0.113.9', destination = '198.51.100.1', direction = 'in', port = 22 } = {},
): string {
  const packet = `tcp,60,${source},${destination},4711,${port},0,S,1,,64240,,mss`;
  return `${stamp} fw filterlog[38263]: 6,,,1770000101,igb1,match,block,${direction},4,0x0,,51,3354,0,DF,6,${packet}\n`;
}

function stampOf(time: number): string {
  return new Date(time).toISOString();
}

/** Different lines, so that one that is lost or doubled shows. */
function linesOf(count: number, time = Date.now() - HOUR_MS): string {
  return Array.from({ length: count }, (_, at) => line(stampOf(time + at))).join('');
}

async function countOf(hits: HitStore): Promise<number> {
  return (await hits.hourly({})).reduce((sum, hour) => sum + hour.hits, 0);
}

const server = new Postgresql();
let databases = 0;
const newDatabase = (): string => server.createDatabase(`import${(databases += 1)}`);

describe('hits on their way from the intake to the database', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let portal: Portal;
  let device: IssuedDevice;
  before(() => server.start());
  after(() => server.remove());

  const start = async (options: Partial<PortalOptions> = {}): Promise<void> => {
    portal = await startPortal(folder(), options);
  };
  const put = async (batch: TestBatch): Promise<void> => {
    assert.equal((await upload(portal.addresses.intakeUrl, device, batch)).status, 200);
  };
  const problems = () => portal.store.problems.all().map(({ code }) => code);
  const noneWaits = () => portal.store.batchStates.waiting().batches === 0;

  for (const [name, database] of [
    ['SQLite', () => 'hits.db'],
    ['PostgreSQL', newDatabase],
  ] as const) {
    it(`reach ${name} as the device saw them, whatever its zone, and where its rule is`, async () => {
      await start({ hitsDatabase: database() });
      try {
        device = portal.addDevice();
        const time = Math.floor(Date.now() / 1000) * 1000 - HOUR_MS;
        // Five and a half hours ahead of UTC, as BSD syslog writes it.
        const local = new Date(time + 5.5 * HOUR_MS).toUTCString();
        const [, day = '', month = '', , clock = ''] = local.split(' ');
        const stamp = `${month} ${day.replace(/^0/, ' ')} ${clock}`;
        const lan = { source: '10.0.0.7', destination: '203.0.113.66', port: 443 };
        const lines = `${line(stamp)}no line of a firewall\n${line(stamp, lan)}`;
        await put(batchOf(device.id, lines, time));
        await until('the batch is imported', noneWaits);
        const found = await portal.hits.find({}, null, 10);
        assert.deepEqual(
          found.map(({ line, time: at, direction, remote, inside, port }) => ({
            ...{ line, at, direction, remote, inside, port },
          })),
          [
            // Logged `in` on LAN: the inside host called out.
            {
              ...{ line: 2, at: time, direction: 'out' },
              ...{ remote: '203.0.113.66', inside: '10.0.0.7', port: 443 },
            },
            {
              ...{ line: 0, at: time, direction: 'in' },
              ...{ remote: '203.0.113.9', inside: '198.51.100.1', port: 22 },
            },
          ],
        );
        assert.deepEqual(await portal.hits.top('inside', {}, 5), [{ name: '10.0.0.7', hits: 1 }]);
      } finally {
        await portal.close();
      }
    });
  }

  it('wait on disk while PostgreSQL is down at the start, and go in when it is there', async () => {
    const database = newDatabase();
    await server.kill();
    await start({ hitsDatabase: database });
    try {
      device = portal.addDevice();
      await put(batchOf(device.id, linesOf(10)));
      await until('the problem is open', () => problems().includes('hits-store'));
      const [problem] = portal.store.problems.all();
      assert.match(problem?.message ?? '', /^Hits wait on disk: .*PostgreSQL/);
      await server.start();
      // A new batch is a reason to try again at once.
      await put(batchOf(device.id, linesOf(10)));
      await until('all is imported', noneWaits);
      await until('the problem is closed', () => problems().length === 0);
      assert.equal(await countOf(portal.hits), 20);
    } finally {
      await portal.close();
    }
  });

  it('are all there once when PostgreSQL dies in the middle of a batch', async () => {
    await start({ hitsDatabase: newDatabase() });
    try {
      device = portal.addDevice();
      const batch = batchOf(device.id, linesOf(40_000));
      const id = batch.fields['batch_id'] ?? '';
      await put(batch);
      await until('a part is stored', async () => (await portal.hits.stored(device.id, id)) > 0);
      await server.kill();
      await until('the problem is open', () => problems().includes('hits-store'));
      assert.equal(noneWaits(), false);
      await server.start();
      await put(batchOf(device.id, linesOf(1)));
      await until('all is imported', noneWaits, 60_000);
      assert.equal(await countOf(portal.hits), 40_001);
      assert.equal(await portal.hits.stored(device.id, id), 40_000);
    } finally {
      await portal.close();
    }
  });

  it('that cannot be read are put aside, and the next ones go in', async () => {
    await start({ hitsDatabase: 'postgresql://nobody@127.0.0.1:1/none' });
    device = portal.addDevice();
    const batches = Array.from({ length: 3 }, () => batchOf(device.id, linesOf(5_000)));
    for (const batch of batches) await put(batch);
    await portal.close();
    const path = (at: number): string =>
      join(folder(), 'intake', device.id, `${batches[at]?.fields['batch_id'] ?? ''}.gz`);
    truncateSync(path(0), 500);
    rmSync(path(1));
    await start({ hitsDatabase: 'hits.db' });
    try {
      await until('all is decided', noneWaits);
      const reasons = portal.store.batchStates.quarantined(10).map(({ reason }) => reason);
      assert.equal(reasons.length, 2);
      assert.ok(reasons.some((reason) => reason.includes('unexpected end of file')));
      assert.ok(reasons.some((reason) => reason.includes('ENOENT')));
      assert.equal(
        await portal.hits.stored(device.id, batches[2]?.fields['batch_id'] ?? ''),
        5_000,
      );
    } finally {
      await portal.close();
    }
  });

  it('with words that PostgreSQL does not take are lines that cannot be read, no end of importing', async () => {
    await start({ hitsDatabase: newDatabase() });
    try {
      device = portal.addDevice();
      const bad = line(stampOf(Date.now())).replace(',tcp,', ',t\0p,');
      await put(batchOf(device.id, `${bad}${linesOf(2)}`));
      await until('all is imported', noneWaits);
      assert.equal(await countOf(portal.hits), 2);
    } finally {
      await portal.close();
    }
  });

  it('go with their batches and files when they are old; what waits stays', async () => {
    await start({ hitsDatabase: 'hits.db' });
    try {
      device = portal.addDevice();
      await put(batchOf(device.id, linesOf(2_500)));
      await until('the batch is imported', noneWaits);
      const ports = { ...portal, intakeDir: join(folder(), 'intake') };
      assert.equal(await pruneStep(ports, Date.now() - DAY_MS), false);
      assert.equal(await countOf(portal.hits), 2_500);
      let steps = 0;
      while (await pruneStep(ports, Date.now() + 3 * DAY_MS)) steps += 1;
      assert.equal(steps, 3);
      assert.deepEqual(await portal.hits.find({}, null, 1), []);
      assert.equal(portal.counts(device.id).batches, 0);
    } finally {
      await portal.close();
    }
  });

  it('are neither lost nor doubled when the portal is killed again and again', async () => {
    await start();
    device = portal.addDevice();
    await portal.close();
    const batches = Array.from({ length: 4 }, () => batchOf(device.id, linesOf(20_000)));
    let kept = 0;
    for (const [round, batch] of batches.entries()) {
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', CHILD, folder()],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const [text] = (await once(child.stdout, 'data')) as [Buffer];
      const { status } = await upload(text.toString().trim(), device, batch);
      assert.equal(status, 200);
      kept += 20_000;
      await new Promise((resolve) => setTimeout(resolve, 40 + round * 90));
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    const store = openStore(folder());
    const waiting = store.batchStates.waiting().batches;
    store.close();
    assert.ok(waiting > 0, 'it was killed too late to test anything');
    await start();
    try {
      await until('all is imported', noneWaits, 60_000);
      assert.equal(await countOf(portal.hits), kept);
      for (const { fields } of batches) {
        assert.equal(await portal.hits.stored(device.id, fields['batch_id'] ?? ''), 20_000);
      }
    } finally {
      await portal.close();
    }
  });
});

describe('the thread that keeps the hits', () => {
  const folder = temporaryFolder();

  it('is an open problem when it ends by itself', async () => {
    const store = openStore(folder());
    const noFolder = join(folder(), 'file');
    writeFileSync(noFolder, '');
    const kept = { stateDir: noFolder, database: 'unused', intakeDir: folder(), keepDays: 1 };
    const log = new TestLog();
    const keeper = keepHitsInThread(kept, { store, clock: systemClock, log });
    try {
      await until('the problem is open', () => store.problems.all().length > 0);
      assert.match(
        store.problems.all()[0]?.message ?? '',
        /^Hits wait on disk: the thread that keeps them ended: opening the database/,
      );
      assert.equal(log.lines.length, 1);
    } finally {
      await keeper.stop();
      store.close();
    }
  });
});

describe('the address of the database of hits', () => {
  const folder = temporaryFolder();

  it('may not have a password, which the list of processes would show', async () => {
    for (const hitsDatabase of [
      'postgresql://u:secret@localhost/hits',
      'postgresql://u@localhost/hits?password=secret',
      'mysql://localhost/hits',
      'some.db',
    ]) {
      await assert.rejects(startPortal(folder(), { hitsDatabase }), (error: Error) => {
        assert.doesNotMatch(error.message, /secret/);
        return error.name === 'SettingsError';
      });
    }
  });
});
