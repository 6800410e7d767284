import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FilterLog } from '../support/filter-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CHILD = join(import.meta.dirname, '../support/hits-child.ts');
const KILLS = 40;

describe('the hits path under kill -9', () => {
  const folder = temporaryFolder();

  it('loses and doubles nothing, wherever the process is killed', function () {
    this.timeout(120_000);
    const log = new FilterLog(join(folder(), 'filter.log'));
    mkdirSync(join(folder(), 'intake'));
    const run = (event: number) =>
      spawnSync(process.execPath, [CHILD, folder(), String(event)], { encoding: 'utf8' });
    assert.equal(run(0).status, 0);
    let killed = 0;
    for (let event = 1; event <= KILLS; event += 1) {
      log.write(event % 5 === 0 ? 20 : 3);
      if (event % 4 === 0) log.rotate({ keep: 99, ...(event % 8 === 0 ? { compress: 'gz' } : {}) });
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
});
