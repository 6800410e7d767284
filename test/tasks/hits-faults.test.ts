import assert from 'node:assert/strict';
import { copyFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { HostError } from '../../src/core/errors.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { decodeGap } from '../../src/protocol/upload.ts';
import { ClogWriter } from '../support/clog-writer.ts';
import { FilterLog, hitLine } from '../support/filter-log.ts';
import { startHitsHost, type HitsHost } from '../support/hits-host.ts';
import { answer } from '../support/intake-script.ts';
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
      log.rotate();
      const compressed = `${log.path}.0.bz2`;
      const whole = log.rotated().includes(compressed);
      const copy = `${log.path}.copy`;
      if (whole) {
        renameSync(compressed, copy);
        log.writeText(`${log.written.slice(-8).join('\n')}\n`, `${log.path}.0`);
        log.write(1);
        copyFileSync(copy, compressed);
        truncateSync(compressed, 25);
        rmSync(copy);
      }
      await host.collect();
    },
  },
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

  function cell<Log extends TestLog>(kind: Kind, fault: Fault<Log>): void {
    it(`${kind}: ${fault.name}`, async () => {
      const log = KINDS[kind](join(folder(), 'filter.log')) as TestLog as Log;
      host = await startHitsHost(folder(), log.path);
      await host.collect();
      log.write(5);
      await host.collect();
      await fault.happen(host, log);
      log.write(5);
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
    for (const fault of COMMON_FAULTS) cell(kind, fault);
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

  it('plain: database busy', async function () {
    this.timeout(20_000);
    const log = new FilterLog(join(folder(), 'filter.log'));
    host = await startHitsHost(folder(), log.path);
    await host.collect();
    log.write(5);
    const other = new Sqlite(host.file);
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(host.collect(), HostError);
    other.exec('ROLLBACK');
    other.close();
    await host.collect();
    await host.upload();
    assertAccounted(log, false);
  });
});
