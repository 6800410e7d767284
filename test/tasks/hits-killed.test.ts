import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ClogWriter } from '../support/clog-writer.ts';
import { FilterLog, hitLine } from '../support/filter-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CHILD = join(import.meta.dirname, '../support/hits-child.ts');
const KILLS = 40;

/** A log that is written between two runs of the agent. */
interface KilledLog {
  readonly written: readonly string[];
  write(event: number): void;
}

function rotatedLog(path: string, compress: (event: number) => 'gz' | 'bz2' | null): KilledLog {
  const log = new FilterLog(path);
  return {
    written: log.written,
    write(event) {
      log.write(event % 5 === 0 ? 20 : 3);
      const extension = compress(event);
      if (event % 4 === 0)
        log.rotate({ keep: 99, ...(extension === null ? {} : { compress: extension }) });
    },
  };
}

function ringLog(path: string): KilledLog {
  const ring = new ClogWriter(path, 40_000);
  const written: string[] = [];
  return {
    written,
    write(event) {
      for (let left = event % 5 === 0 ? 20 : 3; left > 0; left -= 1) {
        written.push(hitLine(written.length));
        ring.write(`${written.at(-1) ?? ''}\n`);
      }
    },
  };
}

const KINDS: Readonly<Record<string, (path: string) => KilledLog>> = {
  plain: (path) => rotatedLog(path, (event) => (event % 8 === 0 ? 'gz' : null)),
  compressed: (path) => rotatedLog(path, () => 'bz2'),
  ring: ringLog,
};

describe('the hits path under kill -9', () => {
  const folder = temporaryFolder();

  for (const [kind, logAt] of Object.entries(KINDS)) {
    it(`${kind}: loses and doubles nothing, wherever the process is killed`, function () {
      this.timeout(120_000);
      const log = logAt(join(folder(), 'filter.log'));
      mkdirSync(join(folder(), 'intake'));
      const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'ts-hits-child') };
      const run = (event: number) =>
        spawnSync(process.execPath, [CHILD, folder(), String(event)], { encoding: 'utf8', env });
      assert.equal(run(0).status, 0);
      let killed = 0;
      for (let event = 1; event <= KILLS; event += 1) {
        log.write(event);
        const { signal, stderr } = run(event);
        assert.equal(stderr, '');
        killed += signal === 'SIGKILL' ? 1 : 0;
      }
      const last = run(0);
      assert.equal(last.status, 0, last.stderr);
      assert.ok(killed > 25, `${killed} runs were killed`);
      const intake = join(folder(), 'intake');
      const batches = readdirSync(intake).filter((name) => name.endsWith('.gz'));
      const texts = batches.map((name) => gunzipSync(readFileSync(join(intake, name))).toString());
      const arrived = texts.join('').slice(0, -1).split('\n');
      assert.deepEqual(arrived.sort(), [...log.written].sort());
    });
  }
});
