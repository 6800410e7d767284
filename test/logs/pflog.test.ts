import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { parseTable } from '../../src/core/prefix-text.ts';
import { createPflog } from '../../src/logs/pflog.ts';
import { openAgentDatabase } from '../../src/state/agent-database.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { collectHits } from '../../src/tasks/collect-hits.ts';
import { LogReader } from '../support/filter-log.ts';
import { numberedLine, numberedRecord, pcapHeader, PflogLog } from '../support/pflog-writer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TestClock } from '../support/test-clock.ts';

const RECORD = numberedRecord(0).length;

describe('the log of pf', () => {
  const folder = temporaryFolder();
  const open = async () => {
    const log = new PflogLog(join(folder(), 'pflog'));
    const reader = new LogReader(createPflog(log.path));
    await reader.read();
    return { log, reader };
  };

  it('is read as lines, each packet once, and what was logged before the first look is not ours', async () => {
    const log = new PflogLog(join(folder(), 'pflog'));
    log.write(3);
    const reader = new LogReader(createPflog(log.path));
    assert.deepEqual(await reader.read(), []);
    log.write(2);
    assert.deepEqual(await reader.read(), [numberedLine(3), numberedLine(4)]);
    assert.deepEqual(await reader.read(), []);
  });

  it('leaves a packet that pflogd has written in part for later', async () => {
    const { log, reader } = await open();
    for (const torn of [RECORD - 5, 5]) {
      const from = log.written.length;
      log.write(2, log.path, torn);
      assert.deepEqual(await reader.read(), [numberedLine(from)]);
      log.flush();
      assert.deepEqual(await reader.read(), [numberedLine(from + 1)]);
    }
  });

  it('goes on in the rotated and compressed file, then in those that came after', async () => {
    const { log, reader } = await open();
    log.write(2);
    await reader.read();
    log.write(2);
    log.rotate({ compress: 'gz' });
    log.write(1);
    log.rotate({ compress: 'gz' });
    log.write(1);
    assert.deepEqual(await reader.read(), [2, 3, 4, 5].map(numberedLine));
    assert.deepEqual(reader.gaps, []);
  });

  it('takes the begin of no file for that of another: all of them begin with the same 24 bytes', async () => {
    const { log, reader } = await open();
    log.writeText(pcapHeader());
    await reader.read();
    log.write(1);
    log.rotate({ compress: 'gz' });
    log.writeText(pcapHeader());
    assert.deepEqual(await reader.read(), [numberedLine(0)]);
  });

  it('passes over what is no packet with a gap, and goes on behind it', async () => {
    const { log, reader } = await open();
    log.write(1);
    log.writeText(Buffer.alloc(77, 0xff));
    log.write(2);
    assert.deepEqual(await reader.read(), [0, 1, 2].map(numberedLine));
    assert.deepEqual(
      reader.gaps.map(({ bytes }) => bytes),
      [77],
    );
  });

  it('tells of a file that is no pflog', async () => {
    const log = new PflogLog(join(folder(), 'pflog'));
    const reader = new LogReader(createPflog(log.path));
    await reader.read();
    log.writeText('this is text, not a log of packets\n');
    assert.deepEqual(await reader.read(), []);
    assert.match(reader.gaps[0]?.reason ?? '', /is no log of pf/);
    assert.deepEqual(await reader.read(), []);
    assert.equal(reader.gaps.length, 1);
  });

  it('tells of a packet that pflogd, killed, never wrote whole', async () => {
    const { log, reader } = await open();
    log.write(1);
    log.writeText(numberedRecord(9).subarray(0, 50));
    assert.deepEqual(await reader.read(), [numberedLine(0)]);
    log.rotate({ compress: 'gz' });
    log.write(1);
    assert.deepEqual(await reader.read(), [numberedLine(1)]);
    assert.match(reader.gaps[0]?.reason ?? '', /ends within a packet/);
  });

  it('becomes hits of the policy, with the time to the millisecond, and the position is kept with them', async () => {
    const path = join(folder(), 'pflog');
    writeFileSync(path, pcapHeader());
    const clock = new TestClock();
    clock.time = Date.UTC(2026, 10, 20);
    const database = openAgentDatabase(join(folder(), 'agent.sqlite'), clock);
    const hits = createHitStore(database, { clock });
    const block = createLookup(parseTable(Buffer.from('64.87.3.133\n')));
    const policy = () => Promise.resolve({ block, allow: createLookup(EMPTY_TABLE) });
    const collect = () =>
      collectHits(
        { hits, clock, source: createPflog(path), policy, zone: () => 0 },
        { trackers: [], log_scope: 'rules' },
      );
    await collect();
    appendFileSync(path, Buffer.concat([numberedRecord(0), numberedRecord(1)]));
    assert.deepEqual(await collect(), { lines: 2, hits: 2, gaps: 0 });
    assert.deepEqual(await collect(), { lines: 0, hits: 0, gaps: 0 });
    const [newest] = hits.recent(1);
    assert.equal(newest?.destination, '64.87.3.133');
    assert.equal(newest.entry, '64.87.3.133');
    assert.equal(newest.time, Date.parse('2026-11-18T11:06:41.000Z'));
    database.close();
  });
});

type Act = (log: PflogLog, reader: LogReader, keep: number) => unknown;

const act: fc.Arbitrary<{ name: string; run: Act }> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(6), fc.nat(400))
      .map(([count, torn]) =>
        named(`write ${count} torn ${torn}`, (log) => log.write(count, log.path, torn)),
      ),
  },
  { weight: 5, arbitrary: fc.constant(named('read', (_log, reader) => reader.read())) },
  { weight: 1, arbitrary: fc.constant(named('flush', (log) => log.flush())) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(undefined, 'gz' as const)
      .map((compress) =>
        named(`rotate ${compress ?? ''}`, (log, _reader, keep) =>
          log.rotate({ keep, ...(compress === undefined ? {} : { compress }) }),
        ),
      ),
  },
);

function named(name: string, run: Act) {
  return { name, run, [fc.toStringMethod]: () => name };
}

describe('the log of pf under random rotation', () => {
  it('loses nothing and doubles nothing; where files were rotated away unread there is a gap', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(2, 3, 50),
        fc.array(act, { maxLength: 25 }),
        async (keep, acts) => {
          const folder = mkdtempSync(join(tmpdir(), 'pflog-model-'));
          try {
            const log = new PflogLog(join(folder, 'pflog'));
            const reader = new LogReader(createPflog(log.path));
            await reader.read();
            log.write(1);
            await reader.read();
            for (const { run } of acts) await run(log, reader, keep);
            log.flush();
            log.write(1);
            await reader.read();
            await reader.read();
            assert.equal(new Set(reader.lines).size, reader.lines.length, 'doubled');
            assert.ok(
              reader.lines.every((line) => log.written.includes(line)),
              'not written so',
            );
            if (reader.gaps.length === 0)
              assert.deepEqual(reader.lines.toSorted(), log.written.toSorted());
          } finally {
            rmSync(folder, { recursive: true });
          }
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 100) },
    );
  });
});
