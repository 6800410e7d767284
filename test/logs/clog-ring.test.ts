import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { HostError } from '../../src/core/errors.ts';
import { isClog, readClog } from '../../src/logs/clog-file.ts';
import { createClogRing } from '../../src/logs/clog-ring.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { ClogWriter } from '../support/clog-writer.ts';
import { FilterLog, hitLine, LogReader } from '../support/filter-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/clog');

function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(join(FIXTURES, `${name}.gz`)));
}

describe('readClog', () => {
  const folder = temporaryFolder();

  for (const file of readdirSync(FIXTURES).filter((name) => name.endsWith('.clog.gz'))) {
    const name = file.replace('.clog.gz', '');
    it(`reads ${name} as the real program prints it`, () => {
      const path = join(folder(), 'fixture');
      writeFileSync(path, fixture(`${name}.clog`));
      assert.ok(readClog(path)?.content.equals(fixture(`${name}.txt`)));
    });
  }

  it('knows a ring by its last bytes only', () => {
    const path = join(folder(), 'file');
    for (const content of ['', 'CLOG', `${'x'.repeat(100)}\n`]) {
      writeFileSync(path, content);
      assert.equal(isClog(path), false);
      assert.equal(readClog(path), null);
    }
    assert.equal(isClog(join(folder(), 'none')), false);
  });

  it('refuses a footer that cannot be, naming it', () => {
    const writer = new ClogWriter(join(folder(), 'ring'), 4096);
    for (const damage of [{ next: 4097 }, { max: 4000 }, { max: 2 ** 32 - 1 }]) {
      const area = Buffer.alloc(4096);
      const footer = ClogWriter.prototype.footer.call({ wrap: 0, next: 0, max: 4096, ...damage });
      writeFileSync(writer.path, Buffer.concat([area, footer]));
      assert.equal(isClog(writer.path), true);
      assert.throws(
        () => readClog(writer.path),
        (thrown) => thrown instanceof HostError && /footer is damaged/.test(thrown.message),
      );
    }
  });

  it('reads a ring whose writer holds the lock', () => {
    const writer = new ClogWriter(join(folder(), 'ring'), 4096);
    writer.write('one\n');
    writeFileSync(
      writer.path,
      Buffer.concat([readFileSync(writer.path).subarray(0, 4096), writer.footer(1)]),
    );
    assert.equal(readClog(writer.path)?.content.toString(), 'one\n');
  });
});

describe('createClogRing', () => {
  const folder = temporaryFolder();

  it('gives the whole lines of a fixture, oldest first, when told to begin there', async () => {
    const path = join(folder(), 'filter.log');
    writeFileSync(path, fixture('wrapped-many.clog'));
    const reader = new LogReader(createClogRing(path, { startAt: 'beginning' }));
    await reader.read();
    const printed = fixture('wrapped-many.txt').toString('latin1');
    const whole = printed.slice(printed.indexOf('\n') + 1, -1).split('\n');
    assert.deepEqual(reader.lines, whole);
    assert.deepEqual(reader.gaps, []);
  });

  it('holds a last line back until its newline is there', async () => {
    const writer = new ClogWriter(join(folder(), 'ring'), 4096);
    const reader = new LogReader(createClogRing(writer.path));
    await reader.read();
    writer.write('one\ntw');
    assert.deepEqual(await reader.read(), ['one']);
    writer.write('o\n');
    assert.deepEqual(await reader.read(), ['two']);
    assert.deepEqual(await reader.read(), []);
    assert.deepEqual(reader.gaps, []);
  });

  it('says so when the writer came past the place, and goes on with the oldest whole line', async () => {
    const writer = new ClogWriter(join(folder(), 'ring'), 1_000);
    const reader = new LogReader(createClogRing(writer.path));
    await reader.read();
    const lines = Array.from({ length: 40 }, (_, index) => hitLine(index));
    for (const line of lines.slice(0, 5)) writer.write(`${line}\n`);
    await reader.read();
    for (const line of lines.slice(5)) writer.write(`${line}\n`);
    await reader.read();
    assert.equal(reader.gaps.length, 1);
    const kept = reader.lines.slice(5);
    assert.ok(kept.length >= 6);
    assert.deepEqual(kept, lines.slice(-kept.length));
  });

  it('says so when the ring was cleared, and reads what is in it', async () => {
    const writer = new ClogWriter(join(folder(), 'ring'), 4096);
    const reader = new LogReader(createClogRing(writer.path));
    writer.write(`${hitLine(0)}\n`);
    await reader.read();
    writer.init();
    writer.write(`${hitLine(1)}\n`);
    await reader.read();
    assert.deepEqual(reader.lines, [hitLine(1)]);
    assert.equal(reader.gaps.length, 1);
  });

  it('says so when the ring was made anew in another size', async () => {
    const path = join(folder(), 'ring');
    const reader = new LogReader(createClogRing(path));
    new ClogWriter(path, 4096).write(`${hitLine(0)}\n`);
    await reader.read();
    new ClogWriter(path, 8192).write(`${hitLine(1)}\n`);
    await reader.read();
    assert.deepEqual([reader.lines, reader.gaps.length], [[hitLine(1)], 1]);
  });

  it('gives each line once, or tells of a gap, whatever is written between reads', async () => {
    const round = fc.record({
      lines: fc.array(fc.integer({ min: 20, max: 180 }), { maxLength: 14 }),
      partial: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 700, max: 2_000 }),
        fc.array(round, { maxLength: 12 }),
        async (max, rounds) => {
          const writer = new ClogWriter(join(folder(), 'ring'), max);
          const reader = new LogReader(createClogRing(writer.path));
          await reader.read();
          const written: string[] = [];
          for (const { lines, partial } of rounds) {
            for (const length of lines) {
              const line = `${String(written.length).padStart(8, '0')} ${'x'.repeat(length)}`;
              written.push(line);
              if (partial) {
                writer.write(line.slice(0, 10));
                await reader.read();
                writer.write(`${line.slice(10)}\n`);
              } else {
                writer.write(`${line}\n`);
              }
            }
            await reader.read();
          }
          assert.equal(new Set(reader.lines).size, reader.lines.length, 'doubled');
          assert.ok(
            reader.lines.every((line) => written.includes(line)),
            'not written so',
          );
          if (reader.gaps.length === 0) assert.deepEqual(reader.lines, written);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('openLog', () => {
  const folder = temporaryFolder();

  it('reads a ring as a ring and plain files as such, found at each read', async () => {
    const path = join(folder(), 'filter.log');
    const ring = new ClogWriter(path, 4096);
    const reader = new LogReader(openLog(path));
    await reader.read();
    ring.write(`${hitLine(900)}\n`);
    await reader.read();
    const plain = new FilterLog(path);
    await reader.read();
    plain.write(2);
    await reader.read();
    assert.deepEqual(reader.lines, [hitLine(900), ...plain.written]);
    assert.equal(reader.gaps.length, 1);
  });
});
