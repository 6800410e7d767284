import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { createPlainLog } from '../../src/logs/plain-log.ts';
import { streamCommand, type StreamCommand } from '../../src/system/stream-command.ts';
import { COMPRESSORS, FilterLog, LogReader, type Extension } from '../support/filter-log.ts';

describe('createPlainLog', () => {
  let folder: string;
  let log: FilterLog;
  let reader: LogReader;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plain-log-'));
    log = new FilterLog(join(folder, 'filter.log'));
    reader = new LogReader(createPlainLog(log.path));
    log.writeText('Nov 20 03:04:00 fw newsyslog[1]: logfile turned over\n');
    await reader.read();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Everything written was read once, in order, and nothing is said to be lost. */
  function assertAllRead(): void {
    assert.deepEqual(reader.lines, log.written);
    assert.deepEqual(reader.gaps, []);
  }

  it('begins at the end, as tail -f does', async () => {
    log.write(2);
    await reader.read();
    assertAllRead();
  });

  it('begins with the oldest rotated file when told so', async () => {
    const whole = new FilterLog(join(folder, 'whole.log'));
    whole.write(2);
    whole.rotate({ compress: 'bz2' });
    whole.write(2);
    whole.rotate();
    whole.write(2);
    const fromBegin = new LogReader(createPlainLog(whole.path, { startAt: 'beginning' }));
    await fromBegin.read();
    await fromBegin.read();
    assert.deepEqual(fromBegin.lines, whole.written);
  });

  it('reads each line once over many reads, and moves nothing when nothing is new', async () => {
    for (let round = 0; round < 5; round += 1) {
      log.write(3);
      await reader.read();
      const before = reader.position;
      assert.deepEqual(await reader.read(), []);
      assert.equal(reader.position, before);
    }
    assertAllRead();
  });

  it('holds a last line back until its newline is there', async () => {
    log.write(1);
    const line = log.nextLine();
    log.writeText(line.slice(0, 40));
    assert.deepEqual(await reader.read(), log.written.slice(0, 1));
    log.writeText(line.slice(40));
    assert.deepEqual(await reader.read(), []);
    log.writeText('\n');
    await reader.read();
    assertAllRead();
  });

  it('reads a block of lines larger than its buffer', async () => {
    const small = new LogReader(createPlainLog(log.path, { blockBytes: 400 }));
    await small.read();
    log.write(50);
    await small.read();
    assert.deepEqual(small.lines, log.written);
  });

  it('passes over a line that does not fit, and says so', async () => {
    const small = new LogReader(createPlainLog(log.path, { blockBytes: 400 }));
    await small.read();
    log.writeText(`${'x'.repeat(1_500)}\n`);
    log.write(2);
    await small.read();
    assert.deepEqual(small.lines.slice(-2), log.written);
    assert.equal(small.gaps.length > 0, true);
    assert.match(small.gaps[0]?.reason ?? '', /line longer than 400 bytes/);
  });

  it('waits for a log that is not there yet', async () => {
    const path = join(folder, 'later.log');
    const later = new LogReader(createPlainLog(path));
    await later.read();
    await later.read();
    const written = new FilterLog(path);
    written.write(2);
    await later.read();
    assert.deepEqual([later.lines, later.gaps], [written.written, []]);
  });

  it('reports a log that may not be read', async () => {
    rmSync(log.path);
    writeFileSync(join(folder, 'other'), '');
    const asFolder = new LogReader(createPlainLog(folder));
    await assert.rejects(asFolder.read(), HostError);
  });

  describe('rotation by rename', () => {
    for (const extension of [undefined, ...(Object.keys(COMPRESSORS) as Extension[])]) {
      const options = extension === undefined ? {} : { compress: extension };
      const form = extension ?? 'plain';

      it(`reads on in the ${form} rotated file`, async () => {
        log.write(3);
        await reader.read();
        log.write(3);
        log.rotate(options);
        log.write(3);
        await reader.read();
        await reader.read();
        assertAllRead();
      });

      it(`reads on after several rotations between two reads, ${form}`, async () => {
        log.write(3);
        await reader.read();
        for (let round = 0; round < 4; round += 1) {
          log.write(2);
          log.rotate(options);
        }
        await reader.read();
        log.write(1);
        await reader.read();
        assertAllRead();
      });
    }

    it('reads on when nothing was written before or behind the rotation', async () => {
      log.write(2);
      await reader.read();
      log.rotate();
      await reader.read();
      log.rotate({ compress: 'bz2' });
      await reader.read();
      log.write(2);
      await reader.read();
      assertAllRead();
    });

    it('reads on in numbers from 1, as logrotate counts', async () => {
      log.write(2);
      await reader.read();
      log.write(2);
      log.rotate({ first: 1 });
      log.write(2);
      log.rotate({ first: 1, compress: 'gz' });
      log.write(2);
      await reader.read();
      assertAllRead();
    });

    it('reads the plain file while its compression goes on', async () => {
      log.write(3);
      await reader.read();
      log.write(3);
      log.rotate();
      copyFileSync(`${log.path}.0`, join(folder, 'copy'));
      log.compress(join(folder, 'copy'), 'bz2');
      renameSync(join(folder, 'copy.bz2'), `${log.path}.0.bz2`);
      truncateSync(`${log.path}.0.bz2`, 20);
      log.write(2);
      await reader.read();
      assertAllRead();
    });

    it('reads on with the live file not made yet', async () => {
      log.write(2);
      await reader.read();
      log.write(2);
      renameSync(log.path, `${log.path}.0`);
      await reader.read();
      log.write(2);
      await reader.read();
      assertAllRead();
    });

    it('reads lines that the writer adds to the renamed file before it opens the new one', async () => {
      log.write(2);
      await reader.read();
      const held = `${log.path}.0`;
      log.rotate();
      log.writeText('Nov 20 03:04:00 fw newsyslog[1]: logfile turned over\n');
      await reader.read();
      log.write(2, held);
      const late = await reader.read();
      assert.deepEqual(late, log.written.slice(2));
      log.write(2);
      await reader.read();
      log.write(1, held);
      await reader.read();
      log.pass(60);
      log.write(1);
      await reader.read();
      assert.deepEqual(await reader.read(), []);
      assert.deepEqual(
        reader.lines.filter((line) => line.includes('filterlog')),
        log.written,
      );
    });

    it('reads such late lines from the compressed file too', async () => {
      log.write(2);
      log.rotate();
      log.write(1);
      await reader.read();
      const held = `${log.path}.0`;
      log.write(2, held);
      log.compress(held, 'bz2');
      await reader.read();
      log.write(1);
      await reader.read();
      assert.deepEqual([...reader.lines].sort(), [...log.written].sort());
    });

    it('gives out the last line of a finished file even without its newline', async () => {
      log.write(1);
      await reader.read();
      log.writeText(log.nextLine());
      log.rotate();
      log.rotate();
      log.write(1);
      await reader.read();
      assertAllRead();
    });

    it('says that files are missing when their numbers jump', async () => {
      log.write(2);
      await reader.read();
      for (let round = 0; round < 3; round += 1) {
        log.rotate();
        log.write(2);
      }
      rmSync(`${log.path}.1`);
      await reader.read();
      assert.equal(reader.lines.length, log.written.length - 2);
      assert.match(reader.gaps[0]?.reason ?? '', /missing between \.2 and \.0/);
    });
  });

  describe('truncation in place', () => {
    it('finds the place in the copy that copytruncate made', async () => {
      log.write(3);
      await reader.read();
      log.write(3);
      log.copyTruncate();
      log.write(1);
      await reader.read();
      log.write(1);
      log.copyTruncate('gz');
      log.write(2);
      log.copyTruncate();
      log.write(8);
      await reader.read();
      assertAllRead();
    });

    it('reads the emptied log from its begin, with a gap', async () => {
      log.write(3);
      log.rotate({ compress: 'bz2' });
      log.write(3);
      await reader.read();
      log.clear();
      assert.deepEqual(await reader.read(), []);
      assert.equal(reader.gaps.length, 1);
      log.write(2);
      await reader.read();
      assert.deepEqual(reader.lines, log.written);
      assert.equal(reader.gaps.length, 1);
    });

    it('does not take a log that grew past the old place for the same', async () => {
      log.write(3);
      await reader.read();
      log.clear();
      log.write(9);
      await reader.read();
      assert.deepEqual(reader.lines, log.written);
      assert.equal(reader.gaps.length, 1);
    });

    it('does not read again what older files hold', async () => {
      log.write(3);
      await reader.read();
      log.rotate();
      log.write(3);
      await reader.read();
      truncateSync(log.path);
      log.write(2);
      await reader.read();
      assert.deepEqual(reader.lines, log.written);
      assert.equal(reader.gaps.length, 1);
    });
  });

  describe('removal', () => {
    it('reads a file made anew from its begin, with a gap', async () => {
      log.write(3);
      log.rotate();
      log.write(3);
      await reader.read();
      rmSync(log.path);
      log.write(2);
      await reader.read();
      assert.deepEqual(reader.lines, log.written);
      assert.equal(reader.gaps.length, 1);
    });

    it('is not deceived by an inode used again', async () => {
      const spares: string[] = [];
      log.write(3);
      await reader.read();
      const { ino } = statSync(log.path);
      rmSync(log.path);
      let made = 0;
      do {
        made += 1;
        spares.push(join(folder, `spare-${made}`));
        writeFileSync(spares.at(-1)!, '');
      } while (statSync(spares.at(-1)!).ino !== ino && made < 500);
      renameSync(spares.at(-1)!, log.path);
      log.write(5);
      await reader.read();
      assert.deepEqual(reader.lines, log.written);
    });

    it('reads every file left when its own was rotated away, with a gap', async () => {
      log.write(3);
      await reader.read();
      log.write(2);
      for (let round = 0; round < 3; round += 1) {
        log.rotate({ keep: 2, compress: 'xz' });
        log.write(2);
      }
      await reader.read();
      assert.deepEqual(reader.lines, [...log.written.slice(0, 3), ...log.written.slice(-6)]);
      assert.equal(reader.gaps.length, 1);
    });
  });

  describe('damage', () => {
    it('reads on behind a damaged compressed file, with a gap', async () => {
      log.write(3);
      await reader.read();
      log.rotate();
      log.write(200);
      log.rotate();
      log.write(2);
      log.compress(`${log.path}.0`, 'gz');
      truncateSync(`${log.path}.0.gz`, 30);
      await reader.read();
      assert.deepEqual(reader.lines.slice(0, 3), log.written.slice(0, 3));
      assert.deepEqual(reader.lines.slice(-2), log.written.slice(-2));
      assert.match(reader.gaps[0]?.reason ?? '', /decompressing .*filter\.log\.0\.gz/);
    });

    it('says so when the program to decompress is missing', async () => {
      const missing: StreamCommand = (_argv, input) => streamCommand(['no-such-bzcat'], input);
      const poor = new LogReader(createPlainLog(log.path, { command: missing }));
      await poor.read();
      log.rotate();
      log.write(2);
      log.rotate({ compress: 'bz2' });
      log.write(2);
      await poor.read();
      assert.deepEqual(poor.lines, log.written.slice(2));
      assert.match(poor.gaps.map((gap) => gap.reason).join(), /no-such-bzcat/);
    });

    it('goes on at the end, with a gap, when the position is of another kind', async () => {
      log.write(2);
      reader.position = '{"kind":"clog","max":1,"next":0,"mark":""}';
      await reader.read();
      log.write(1);
      await reader.read();
      assert.deepEqual(reader.lines, log.written.slice(2));
      assert.equal(reader.gaps.length, 1);
    });
  });

  it('lets go of all files', async () => {
    log.write(1);
    log.rotate();
    log.write(1);
    await reader.read();
    const fd = openSync(log.path, 'r');
    closeSync(fd);
    for (let round = 0; round < 20; round += 1) await reader.read();
    const again = openSync(log.path, 'r');
    closeSync(again);
    assert.equal(again, fd);
  });
});
