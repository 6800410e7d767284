import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { HitBatch, UploadAnswer } from '../../src/core/ports.ts';
import { openAgentDatabase, damagedDatabases } from '../../src/state/agent-database.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { FilterLog, hitLine } from '../support/filter-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TestClock } from '../support/test-clock.ts';

const DAY = 86_400_000;

describe('the problems of the hits path', () => {
  const folder = temporaryFolder();

  /** A device whose intake answers as the test says. */
  async function device(settings = {}, answer: UploadAnswer = { kind: 'accepted', message: 'ok' }) {
    const log = new FilterLog(join(folder(), 'filter.log'));
    const host = openAgentHost(folder());
    const intake = { answer, sent: [] as HitBatch[] };
    const upload = (batch: HitBatch) => {
      intake.sent.push(batch);
      return Promise.resolve(intake.answer);
    };
    Object.assign(host.ports.upstream, { uploader: () => ({ upload }) });
    await host.ports.settingsStore.write({ ...MANUAL, ...settings });
    await host.agent.collect('schedule');
    log.write(2);
    const codes = async () =>
      (await host.agent.status()).problems
        .filter(({ code }) => /hits|device-|batches|lines|database/.test(code))
        .map(({ code }) => code);
    return { ...host, log, intake, codes };
  }

  it('name a device that the intake refuses, until it takes a batch; it is offered hourly', async () => {
    const { agent, clock, intake, codes } = await device(
      {},
      { kind: 'denied', message: 'status 403' },
    );
    await assert.rejects(agent.logs('schedule'));
    assert.deepEqual(await codes(), ['device-denied']);
    const [problem] = (await agent.status()).problems.filter(
      ({ code }) => code === 'device-denied',
    );
    assert.equal(problem?.severity, 'error');
    assert.match(problem.remedy, /device_id/);
    clock.time += 3_599_000;
    await assert.rejects(agent.logs('schedule'));
    assert.equal(intake.sent.length, 1);
    intake.answer = { kind: 'accepted', message: 'ok' };
    clock.time += 1_000;
    await agent.logs('schedule');
    assert.deepEqual([intake.sent.length, await codes()], [2, []]);
    agent.close();
  });

  it('name batches in quarantine until they are taken', async () => {
    const { agent, intake, codes } = await device({}, { kind: 'rejected', message: 'status 413' });
    await agent.logs('schedule');
    assert.deepEqual(await codes(), ['batches-in-quarantine']);
    intake.answer = { kind: 'accepted', message: 'ok' };
    await agent.logs('cli:root');
    assert.deepEqual(await codes(), []);
    assert.equal((await agent.status()).hits.uploaded, 2);
    agent.close();
  });

  it('name lost lines for a day, and the status holds the gap', async () => {
    const { agent, log, clock, codes } = await device();
    await agent.collect('schedule');
    log.clear();
    log.write(1);
    await agent.collect('schedule');
    assert.deepEqual(await codes(), ['log-lines-lost']);
    const { gaps, logging } = await agent.status();
    assert.deepEqual(logging, { scope: 'rules', maskLocal: false });
    assert.equal(gaps.length, 1);
    assert.deepEqual([gaps[0]?.source, gaps[0]?.to], [log.path, clock.time]);
    clock.time += DAY;
    assert.deepEqual(await codes(), []);
    assert.equal((await agent.status()).gaps.length, 1);
    agent.close();
  });

  it('name lines dropped because the spool was full', async () => {
    const clock = new TestClock();
    const database = openAgentDatabase(join(folder(), 'small.sqlite'), clock);
    const hits = createHitStore(database, { clock, spoolBytes: 500 });
    const { agent } = openAgentHost(folder(), { hits, clock });
    const line = Buffer.from(hitLine(1));
    for (const next of ['1', '2', '3', '4', '5']) hits.append('log', [{ time: 0, line }], next);
    const { problems } = await agent.status();
    const [problem] = problems.filter(({ code }) => code === 'lines-dropped');
    assert.match(problem?.message ?? '', new RegExp(`^${hits.counts().dropped} lines`));
    agent.close();
    database.close();
  });

  it('name a damaged database until it is removed', async () => {
    const file = join(folder(), 'state/agent.sqlite');
    const clock = new TestClock();
    openAgentDatabase(file, clock).close();
    writeFileSync(file, 'no database');
    openAgentDatabase(file, clock).close();
    const kept = damagedDatabases(file);
    assert.equal(kept.length, 1);
    const { agent } = openAgentHost(folder(), { damagedDatabases: () => damagedDatabases(file) });
    const { problems } = await agent.status();
    const [problem] = problems.filter(({ code }) => code === 'database-damaged');
    assert.ok(problem?.message.includes(kept[0]!));
    agent.close();
  });

  it('name a database of a newer release until it is removed', async () => {
    const { agent } = openAgentHost(folder(), {
      newerDatabases: () => ['/x/agent.sqlite.newer-1'],
    });
    const { problems } = await agent.status();
    const [problem] = problems.filter(({ code }) => code === 'database-newer');
    assert.match(problem?.message ?? '', /agent\.sqlite\.newer-1/);
    agent.close();
  });

  it('are none when addresses of the own network are masked; the local record keeps them', async () => {
    const { agent, ports, intake, codes } = await device({
      log_mask_local: 'yes',
      log_scope: 'all',
    });
    Object.assign(ports, {
      ownNetworks: () => [{ family: 4, words: [0xcb007100], length: 24 }],
    });
    await agent.logs('cli:root');
    assert.deepEqual(await codes(), []);
    const sent = gunzipSync(intake.sent[0]?.body ?? '').toString();
    assert.equal(
      sent,
      [0, 1].map((i) => `${hitLine(i).replace('203.0.113.7', '0.0.0.0')}\n`).join(''),
    );
    assert.equal((await agent.hits(1))[0]?.destination, '203.0.113.7');
    assert.equal(Buffer.from((await agent.hits(1))[0]?.line ?? '').toString(), hitLine(1));
    agent.close();
  });
});
