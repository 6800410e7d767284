import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHitReader } from '../../src/core/hit-read.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { createSampleTraffic, sampleLine } from '../../src/main/sample-traffic.ts';
import { seededRandom } from '../support/random-hits.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

describe('sample traffic', () => {
  const folder = temporaryFolder();

  it('writes lines that are read as hits and known as samples, while it is on', async () => {
    const [log, table] = [join(folder(), 'filter.log'), join(folder(), 'block.txt')];
    writeFileSync(table, '198.51.100.7\n203.0.113.0/24\n');
    const sample = createSampleTraffic({ log, table }, seededRandom(3), () => NOON);
    assert.equal(sample.isOn(), false);
    sample.set(true);
    assert.equal(sample.isOn(), true);
    await until('a line was written', () => existsSync(log) && readFileSync(log).length > 0);
    sample.set(false);
    assert.equal(sample.isOn(), false);
    const [line = ''] = readFileSync(log, 'utf8').split('\n');
    assert.ok(sample.isSample(Buffer.from(line)));
    assert.ok(!sample.isSample(Buffer.from('Nov 20 12:00:00 fw filterlog[1]: sample')));
  });

  it('writes what filterlog writes', () => {
    const nothing = createLookup(EMPTY_TABLE);
    const policy = { block: nothing, allow: nothing };
    const read = createHitReader({ now: NOON, zone: () => 3_600_000, policy });
    const random = seededRandom(1);
    for (let i = 0; i < 50; i += 1) {
      const hit = read(Buffer.from(sampleLine(['198.51.100.7'], random, NOON).trim()));
      assert.ok('direction' in hit);
      assert.equal(hit.time, NOON);
      assert.ok([hit.source, hit.destination].includes('198.51.100.7'));
    }
  });
});
