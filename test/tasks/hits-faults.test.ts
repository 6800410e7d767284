import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { HostError } from '../../src/core/errors.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { decodeGap } from '../../src/protocol/upload.ts';
import { ClogWriter } from '../support/clog-writer.ts';
import { FilterLog, hitLine, otherLine } from '../support/filter-log.ts';
import { startHitsHost, type HitsHost } from '../support/hits-host.ts';
import { answer } from '../support/intake-script.ts';
import { runLogrotate } from '../support/logrotate.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A log of one kind, written as its host does. */
interface TestLog {
  readonly path: string;
  readonly written: string[];
  write(count: number): void;
}

class RingLog implements TestLog {
  readonly path: string;
  readonly written: string[] = [];
  readonly ring: ClogWriter;

  constructor(path: string) {
    this.path = path;
    this.ring = new ClogWriter(path, 4_000);
  }

  write(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const line = hitLine(this.written.length);
      this.written.push(line);
      this.ring.write(`${line}\n`);
    }
  }
}

class CompressedLog extends FilterLog {
  override rotate(): void {
    super.rotate({ compress: 'bz2', keep: 20 });
  }
}

const KINDS = {
  plain: (path: string) => new FilterLog(path),
  compressed: (path: string) => new CompressedLog(path),
  ring: (path: string) => new RingLog(path),
};
type Kind = keyof typeof KINDS;

/** What goes wrong between two reads. Lines may be lost only where `gap` says so, and then the intake is told. */
interface Fault<Log extends TestLog> {
  readonly name: string;
  readonly gap?: true;
  happen(host: HitsHost, log: Log): Promise<void> | void;
}

const HOUR = 3_600_000;

const FILE_FAULTS: readonly Fault<FilterLog>[] = [
  { name: 'rename', happen: (_host, log) => log.rotate() },
  {
    name: 'two renames in one interval',
    happen: (_host, log) => {
      log.rotate();
      log.write(3);
      log.rotate();
    },
  },
  {
    name: 'compression in progress',
    happen: async (host, log) => {
      log.write(3);
      log.writeText(`${otherLine(1)}\n`.repeat(30_000));
      FilterLog.prototype.rotate.call(log, { keep: 20 });
      log.write(1);
      const rotated = `${log.path}.0`;
      const bzip2 = spawn('bzip2', [rotated]);
      const ended = once(bzip2, 'exit');
      while (!existsSync(`${rotated}.bz2`)) await nextTurn();
      bzip2.kill('SIGSTOP');
      assert.ok(existsSync(rotated), 'bzip2 was faster than the test');
      await host.collect();
      log.write(1);
      await host.collect();
      bzip2.kill('SIGCONT');
      assert.deepEqual(await ended, [0, null]);
    },
  },
  {
    name: 'compression ends while the log is read',
    happen: async (host, log) => {
      log.write(3);
      log.writeText(`${otherLine(1)}\n`.repeat(5_000));
      FilterLog.prototype.rotate.call(log, { keep: 20 });
      const bzip2 = spawn('bzip2', [`${log.path}.0`]);
      const ended = once(bzip2, 'exit');
      do {
        log.write(1);
        await host.collect();
        await nextTurn();
      } while (bzip2.exitCode === null);
      assert.deepEqual(await ended, [0, null]);
    },
  },
  ...(['copytruncate', 'create'] as const).flatMap((way) =>
    (['compress', 'compress\ndelaycompress', 'nocompress'] as const).map((compress) => ({
      name: `logrotate with ${way} and ${compress.replace('\n', ' and ')}`,
      happen: async (host: HitsHost, log: FilterLog) => {
        for (const lines of [3, 2]) {
          log.write(lines);
          runLogrotate(log.path, `${way}\n${compress}`);
          log.write(1);
        }
        await host.collect();
        log.write(2);
        runLogrotate(log.path, `${way}\n${compress}`);
      },
    })),
  ),
  {
    name: 'copytruncate',
    happen: (_host, log) => {
      log.write(3);
      log.copyTruncate();
    },
  },
  {
    name: 'copytruncate with compression',
    happen: (_host, log) => {
      log.write(3);
      log.copyTruncate('gz');
    },
  },
  { name: 'clear', gap: true, happen: (_host, log) => log.clear() },
  { name: 'truncate', gap: true, happen: (_host, log) => truncateSync(log.path) },
  { name: 'delete', gap: true, happen: (_host, log) => rmSync(log.path) },
  {
    name: 'inode reuse',
    gap: true,
    happen: (_host, log) => {
      const { ino } = statSync(log.path);
      rmSync(log.path);
      const names = Array.from({ length: 200 }, (_, index) => `${log.path}-${index}`);
      for (const name of names) writeFileSync(name, '');
      const same = names.find((name) => statSync(name).ino === ino);
      renameSync(same ?? names[0]!, log.path);
      log.write(4);
    },
  },
];

const RING_FAULTS: readonly Fault<RingLog>[] = [
  { name: 'wrap', happen: (_host, log) => log.write(20) },
  { name: 'ring overtaken', gap: true, happen: (_host, log) => log.write(100) },
  { name: 'clear', gap: true, happen: (_host, log) => log.ring.init() },
];

const COMMON_FAULTS: readonly Fault<TestLog>[] = [
  {
    name: 'server error',
    happen: (host) => void host.scripts.push((response) => response.writeHead(500).end()),
  },
  {
    name: 'server that does not answer',
    happen: (host) => void host.scripts.push((_response, arrived) => host.keep(arrived)),
  },
  {
    name: 'connection cut before it stored the batch',
    happen: (host) => void host.scripts.push((response) => response.destroy()),
  },
  {
    name: 'connection cut after it stored the batch',
    happen: (host) =>
      void host.scripts.push((response, arrived) => {
        host.keep(arrived);
        response.destroy();
      }),
  },
  {
    name: 'half answer after it stored the batch',
    happen: (host) =>
      void host.scripts.push((response, arrived) => {
        host.keep(arrived);
        response.writeHead(200, { 'content-length': '90' });
        response.write('{"batch_id":', () => response.destroy());
      }),
  },
  {
    name: 'server that says it stored another batch',
    happen: (host) =>
      void host.scripts.push((response, arrived) => answer(response, arrived, { batchId: 'x' })),
  },
  {
    name: 'device refused for a while',
    happen: (host) => void host.scripts.push((response) => response.writeHead(403).end()),
  },
  {
    name: 'batch taken before',
    happen: (host) =>
      void host.scripts.push((response, arrived) => {
        host.keep(arrived);
        answer(response, arrived, { status: 409 });
      }),
  },
  {
    name: 'proxy down',
    happen: async (host) => {
      host.proxy = new URL('http://127.0.0.1:1');
      assert.match((await host.upload()).message, /the proxy 127\.0\.0\.1:1 did not connect/);
      host.proxy = null;
    },
  },
  { name: 'clock one hour ahead', happen: (host) => void (host.clock.time += HOUR) },
  { name: 'clock one hour back', happen: (host) => void (host.clock.time -= HOUR) },
  {
    name: 'clock one day back while a batch waits',
    happen: async (host) => {
      host.scripts.push((response) => response.writeHead(503).end());
      await host.upload();
      host.clock.time -= 24 * HOUR;
    },
  },
  {
    name: 'change to winter time',
    happen: (host) => {
      const change = host.clock.time;
      host.zone = (time) => (time < change ? 120 : 60);
    },
  },
  {
    name: 'change to summer time',
    happen: (host) => {
      const change = host.clock.time;
      host.zone = (time) => (time < change ? 60 : 120);
    },
  },
  {
    name: 'database busy',
    happen: async (host, log) => {
      log.write(2);
      const other = new Sqlite(host.file);
      other.exec('BEGIN IMMEDIATE');
      await assert.rejects(host.collect(), HostError);
      await assert.rejects(host.upload(), HostError);
      other.exec('ROLLBACK');
      other.close();
    },
  },
  {
    name: 'kill while reading',
    happen: async (host, log) => {
      log.write(2);
      for await (const { bytes } of openLog(log.path).read(host.hits.position(log.path))) {
        if (bytes.length > 0) break;
      }
      host.restart();
    },
  },
];

describe('the hits path loses and doubles nothing', () => {
  const folder = temporaryFolder();
  let host: HitsHost;

  afterEach(() => host.stop());

  function cell<Log extends TestLog>(kind: Kind, fault: Fault<Log>, rotates = false): void {
    it(`${kind}: ${fault.name}`, async () => {
      const log = KINDS[kind](join(folder(), 'filter.log')) as TestLog as Log;
      host = await startHitsHost(folder(), log.path);
      await host.collect();
      log.write(5);
      await host.collect();
      await fault.happen(host, log);
      log.write(5);
      if (rotates && log instanceof CompressedLog) log.rotate();
      await host.collect();
      await host.upload();
      log.write(1);
      await host.collect();
      host.clock.time += HOUR;
      assert.equal((await host.upload()).waiting, 0);
      assertAccounted(log, fault.gap ?? false);
    });
  }

  function assertAccounted(log: TestLog, mayLose: boolean): void {
    const arrived = host.arrived('hits');
    const gaps = host.arrived('gap').map(decodeGap);
    if (!mayLose) {
      assert.deepEqual([...arrived].sort(), [...log.written].sort());
      assert.deepEqual(gaps, []);
      return;
    }
    assert.equal(new Set(arrived).size, arrived.length);
    assert.ok(arrived.every((line) => log.written.includes(line)));
    assert.deepEqual(arrived.slice(-6), log.written.slice(-6));
    assert.equal(gaps.length, 1);
    assert.ok(gaps[0] !== null);
  }

  for (const kind of ['plain', 'compressed'] as const) {
    for (const fault of FILE_FAULTS) cell(kind, fault);
  }
  for (const fault of RING_FAULTS) cell('ring', fault);
  for (const kind of Object.keys(KINDS) as Kind[]) {
    for (const fault of COMMON_FAULTS) cell(kind, fault, true);
  }

  for (const kind of Object.keys(KINDS) as Kind[]) {
    it(`${kind}: full disk`, async () => {
      const disk = mountSmallDisk(folder(), 1_024);
      const log = KINDS[kind](join(folder(), 'filter.log'));
      host = await startHitsHost(folder(), log.path, disk.folder);
      try {
        await host.collect();
        disk.fill();
        log.write(15);
        // The files have some room left inside.
        assert.throws(() => {
          for (;;) host.hits.append('other', [], 'p'.repeat(9_000));
        }, HostError);
        await assert.rejects(host.collect(), HostError);
        rmSync(join(disk.folder, 'filler'));
        await host.collect();
        await host.upload();
        assertAccounted(log, false);
      } finally {
        await host.stop();
        disk.unmount();
        host = await startHitsHost(folder(), log.path);
      }
    });
  }

  for (const kind of Object.keys(KINDS) as Kind[]) {
    it(`${kind}: read-only disk`, async () => {
      const disk = mountSmallDisk(folder(), 4_096);
      const log = KINDS[kind](join(folder(), 'filter.log'));
      host = await startHitsHost(folder(), log.path, disk.folder);
      try {
        await host.collect();
        log.write(5);
        await host.collect();
        host.close();
        execFileSync('mount', ['-o', 'remount,ro', disk.folder]);
        log.write(5);
        assert.throws(() => host.open(), HostError);
        execFileSync('mount', ['-o', 'remount,rw', disk.folder]);
        host.open();
        await host.collect();
        await host.upload();
        assertAccounted(log, false);
        assert.deepEqual(
          readdirSync(disk.folder).filter((name) => name.includes('damaged')),
          [],
        );
      } finally {
        await host.stop();
        disk.unmount();
        host = await startHitsHost(folder(), log.path);
      }
    });

    for (const [place, offset] of [
      ['its header', 0],
      ['its pages', 4_096],
    ] as const) {
      it(`${kind}: database damaged in ${place}`, async () => {
        const log = KINDS[kind](join(folder(), 'filter.log'));
        host = await startHitsHost(folder(), log.path);
        await host.collect();
        log.write(5);
        await host.collect();
        await host.upload();
        log.write(5);
        await host.collect();
        host.close();
        overwrite(host.file, offset);
        log.write(3);
        await useUntilRefused();
        await host.collect();
        log.write(6);
        await host.collect();
        await host.upload();
        const kept = readdirSync(folder()).filter((name) => /\.damaged-\d{8}T\d{6}Z$/.test(name));
        assert.equal(kept.length, 1);
        const arrived = host.arrived('hits');
        assert.deepEqual(arrived, [...log.written.slice(0, 5), ...log.written.slice(-6)]);
        const [gap, ...more] = host.arrived('gap').map(decodeGap);
        assert.deepEqual(more, []);
        assert.ok(gap?.reason.includes(kept[0]!) === true);
        assert.equal(gap.to, host.clock.time);
      });
    }
  }

  /** What opening does not show, the first use does; the next opening then starts anew. */
  async function useUntilRefused(): Promise<void> {
    try {
      host.open();
      await host.collect();
    } catch (error) {
      assert.ok(error instanceof HostError);
      assert.match(error.remedy, /Restart the service/);
      host.close();
      host.open();
    }
  }

  function overwrite(file: string, offset: number): void {
    const fd = openSync(file, 'r+');
    writeSync(fd, Buffer.alloc(fstatSync(fd).size - offset, 'damage'), 0, undefined, offset);
    closeSync(fd);
  }
});
