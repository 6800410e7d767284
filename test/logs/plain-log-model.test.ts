import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createPlainLog } from '../../src/logs/plain-log.ts';
import { FilterLog, LogReader, type Extension } from '../support/filter-log.ts';

type Act = (log: FilterLog, reader: LogReader, keep: number) => unknown;

const compression = fc.constantFrom<Extension | undefined>(
  undefined,
  undefined,
  'gz',
  'zst',
  'bz2',
);

/** What may happen to a log; some of it loses lines that were not read. */
const act: fc.Arbitrary<{ name: string; run: Act }> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.nat(6).map((count) => named(`write ${count}`, (log) => log.write(count))),
  },
  { weight: 5, arbitrary: fc.constant(named('read', (_log, reader) => reader.read())) },
  {
    weight: 4,
    arbitrary: compression.map((compress) =>
      named(`rotate ${compress ?? ''}`, (log, _reader, keep) =>
        log.rotate({ keep, ...(compress === undefined ? {} : { compress }) }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      named('copytruncate', (log, _reader, keep) => log.copyTruncate(undefined, keep)),
    ),
  },
  { weight: 1, arbitrary: fc.constant(afterRead('clear', (log) => log.clear())) },
  { weight: 1, arbitrary: fc.constant(afterRead('delete', (log) => recreate(log))) },
  { weight: 1, arbitrary: fc.constant(afterRead('truncate', (log) => truncateSync(log.path))) },
);

function named(name: string, run: Act) {
  return { name, run, [fc.toStringMethod]: () => name };
}

/** Destroys a file of which some lines were read and some not. One that was never seen leaves no trace. */
function afterRead(name: string, destroy: (log: FilterLog) => void) {
  return named(name, async (log, reader) => {
    log.write(1);
    await reader.read();
    log.write(1);
    destroy(log);
  });
}

function recreate(log: FilterLog): void {
  rmSync(log.path);
  log.writeText('');
}

describe('createPlainLog under random faults', () => {
  it('doubles nothing, and tells of a gap when lines are lost', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(2, 3, 50),
        fc.array(act, { maxLength: 30 }),
        async (keep, acts) => {
          const folder = mkdtempSync(join(tmpdir(), 'plain-model-'));
          try {
            const log = new FilterLog(join(folder, 'filter.log'));
            log.writeText('Nov 20 03:04:00 fw newsyslog[1]: logfile turned over\n');
            const reader = new LogReader(createPlainLog(log.path));
            await reader.read();
            for (const { run } of acts) await run(log, reader, keep);
            log.write(1);
            await reader.read();
            await reader.read();
            const lines = reader.lines;
            assert.equal(new Set(lines).size, lines.length, 'doubled');
            assert.ok(
              lines.every((line) => log.written.includes(line)),
              'not written so',
            );
            if (reader.gaps.length === 0)
              assert.deepEqual(lines.toSorted(), log.written.toSorted());
          } finally {
            rmSync(folder, { recursive: true });
          }
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 150) },
    );
  });
});
