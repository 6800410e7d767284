import assert from 'node:assert/strict';
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { HitBatch, HitStore, UploadAnswer } from '../../src/core/ports.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { migrations } from '../../src/state/migrations.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import { collectHits } from '../../src/tasks/collect-hits.ts';
import { uploadHits } from '../../src/tasks/upload-hits.ts';
import { FilterLog, hitLine, otherLine, type Extension } from '../support/filter-log.ts';
import { TestClock } from '../support/test-clock.ts';

const RULES = { trackers: ['1770000101-1770000199'], log_scope: 'rules' } as const;

/** An agent's hits path in a folder, with an intake that keeps batches by id. */
class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'hits-'));
  readonly log = new FilterLog(join(this.folder, 'filter.log'));
  readonly clock = new TestClock();
  readonly stored = new Map<string, HitBatch>();
  answers: ('accepted' | 'lost-answer' | 'retry' | 'denied')[] = [];
  policyLoads = 0;
  #database = this.#openDatabase();
  hits: HitStore = createHitStore(this.#database, { clock: this.clock });

  #openDatabase() {
    return openDatabase(join(this.folder, 'agent.sqlite'), migrations);
  }

  /** As after a kill: what was not committed is gone. */
  restart(): void {
    this.#database.close();
    this.#database = this.#openDatabase();
    this.hits = createHitStore(this.#database, { clock: this.clock });
  }

  close(): void {
    this.#database.close();
    rmSync(this.folder, { recursive: true });
  }

  collect(settings: Parameters<typeof collectHits>[1] = RULES) {
    const { hits, clock } = this;
    const block = createLookup(parseTable(Buffer.from('198.51.100.0/24\n')));
    const policy = () => {
      this.policyLoads += 1;
      return Promise.resolve({ block, allow: createLookup(EMPTY_TABLE) });
    };
    const source = openLog(this.log.path);
    return collectHits({ hits, clock, source, policy, zone: () => 0 }, settings);
  }

  upload() {
    const uploader = { upload: (batch: HitBatch) => Promise.resolve(this.#answer(batch)) };
    return uploadHits({ hits: this.hits, uploader, random: () => 0 }, this.clock.now());
  }

  #answer(batch: HitBatch): UploadAnswer {
    const answer = this.answers.shift() ?? 'accepted';
    if (answer === 'accepted' || answer === 'lost-answer') this.stored.set(batch.id, batch);
    if (answer === 'accepted') return { kind: 'accepted', message: 'stored' };
    if (answer === 'denied') return { kind: 'denied', message: 'status 403' };
    return { kind: 'retry', message: 'status 503', retryAfterMs: null };
  }

  /** Lines of ours the intake has, without doubles by batch id. */
  arrived(): string[] {
    const batches = [...this.stored.values()].filter(({ kind }) => kind === 'hits');
    return batches.flatMap(({ body }) => gunzipSync(body).toString().slice(0, -1).split('\n'));
  }
}

describe('collectHits and uploadHits', () => {
  let host: Host;

  beforeEach(() => {
    host = new Host();
  });

  afterEach(() => host.close());

  it('bring the lines of our rules, and no others, to the intake', async () => {
    await host.collect();
    host.log.write(2);
    host.log.writeText(`${otherLine(1)}\n`);
    host.log.write(1);
    assert.deepEqual(await host.collect(), { lines: 3, hits: 3, gaps: 0 });
    assert.deepEqual(await host.upload(), {
      ...{ batches: 1, lines: 3, waiting: 0 },
      ...{ message: 'stored', denied: false },
    });
    assert.deepEqual(host.arrived(), host.log.written);
  });

  it('need no policy while there is no hit', async () => {
    await host.collect();
    host.log.writeText(`${otherLine(1)}\n`);
    await host.collect();
    assert.equal(host.policyLoads, 0);
  });

  it('take lines by address, or all, when the scope says so', async () => {
    await host.collect();
    host.log.writeText(`${otherLine(1).replace('192.0.2.1', '198.51.100.1')}\n${otherLine(2)}\n`);
    await host.collect({ ...RULES, log_scope: 'policy' });
    assert.deepEqual(
      host.hits.recent(9).map(({ entry }) => entry),
      ['198.51.100.0/24'],
    );
    host.log.writeText(`${otherLine(3)}\n`);
    assert.equal((await host.collect({ ...RULES, log_scope: 'all' })).lines, 1);
  });

  it('upload a line of ours that cannot be read as it is', async () => {
    await host.collect();
    host.log.writeText('Nov 20 03:04:05 fw filterlog[3]: 6,,,1770000101,\u0001\u00ff\n');
    assert.deepEqual(await host.collect(), { lines: 1, hits: 0, gaps: 0 });
    await host.upload();
    assert.match(host.arrived()[0] ?? '', /1770000101,/);
  });

  it('store a large burst in several steps', async () => {
    await host.collect();
    host.log.writeText(Array.from({ length: 9_000 }, (_, i) => `${hitLine(i)}\n`).join(''));
    assert.equal((await host.collect()).lines, 9_000);
    assert.equal((await host.upload()).lines, 9_000);
    assert.equal(new Set(host.arrived()).size, 9_000);
  });

  it('send nothing more for an hour when the intake refuses the device', async () => {
    await host.collect();
    host.log.write(1);
    await host.collect();
    host.answers = ['denied'];
    assert.equal((await host.upload()).denied, true);
    host.log.write(1);
    await host.collect();
    host.clock.time += 3_599_000;
    assert.deepEqual([(await host.upload()).batches, host.stored.size], [0, 0]);
    host.clock.time += 1_000;
    assert.equal((await host.upload()).lines, 2);
    assert.deepEqual(host.arrived(), host.log.written);
  });

  it('send the same batch again when its answer was lost', async () => {
    await host.collect();
    host.log.write(2);
    await host.collect();
    host.answers = ['lost-answer'];
    const first = await host.upload();
    assert.deepEqual([first.batches, first.waiting], [0, 2]);
    host.log.write(1);
    await host.collect();
    host.clock.time += 3_600_000;
    assert.equal((await host.upload()).lines, 3);
    assert.deepEqual(host.arrived(), host.log.written);
  });

  it('lose and double nothing, whatever writer, rotator, intake and kills do', async function () {
    this.timeout(60_000);
    const extension = fc.constantFrom<Extension | undefined>(
      undefined,
      undefined,
      'gz',
      'bz2',
      'zst',
    );
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('write' as const),
          count: fc.integer({ min: 1, max: 9 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('partial' as const) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('collect' as const) }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('rotate' as const), compress: extension }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('copytruncate' as const), compress: extension }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('late' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon' as const) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('upload' as const),
          answer: fc.constantFrom(
            'accepted' as const,
            'lost-answer' as const,
            'retry' as const,
            'denied' as const,
          ),
        }),
      },
    );
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
    const actions: { [N in Step['do']]: (model: Host, one: Step & { do: N }) => unknown } = {
      write: ({ log }, { count }) => log.write(count),
      partial: async (model) => {
        const line = model.log.nextLine();
        model.log.writeText(line.slice(0, 90));
        await model.collect();
        model.log.writeText(`${line.slice(90)}\n`);
      },
      collect: (model) => model.collect(),
      rotate: ({ log }, { compress }) =>
        log.rotate({ keep: 40, ...(compress === undefined ? {} : { compress }) }),
      copytruncate: ({ log }, { compress }) => log.copyTruncate(compress),
      late: async (model) => {
        model.log.rotate({ keep: 40 });
        await model.collect();
        model.log.write(2, `${model.log.path}.0`);
      },
      restart: (model) => model.restart(),
      // A kill while blocks are read and nothing is stored yet.
      abandon: async ({ log, hits }) => {
        for await (const { bytes } of openLog(log.path).read(hits.position(log.path))) {
          if (bytes.length > 0) break;
        }
      },
      upload: async (model, { answer }) => {
        model.answers = [answer];
        await model.upload();
        model.clock.time += 3_600_000;
      },
    };
    const run = (model: Host, one: Step) =>
      (actions[one.do] as (model: Host, one: Step) => unknown)(model, one);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const model = new Host();
        try {
          await model.collect();
          for (const one of steps) await run(model, one);
          await model.collect();
          await model.collect();
          model.answers = [];
          model.clock.time += 3_600_000;
          await model.upload();
          assert.deepEqual(model.arrived().sort(), [...model.log.written].sort());
          assert.equal(model.hits.counts().gaps, 0);
        } finally {
          model.close();
        }
      }),
      { numRuns: 120 },
    );
  });
});
