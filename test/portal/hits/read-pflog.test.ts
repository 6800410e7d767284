import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PortalHit } from '../../../src/portal/hits/hit-store.ts';
import { readBatch } from '../../../src/portal/hits/read-batch.ts';
import { numberedLine } from '../../support/pflog-writer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a batch of an OpenBSD', () => {
  const folder = temporaryFolder();

  it('is read line by line, at the time of the line, whatever the zone of the device is', async () => {
    const path = join(folder(), 'batch.gz');
    writeFileSync(path, gzipSync(`${numberedLine(0)}\n${numberedLine(1)}\n`));
    const time = Date.parse(`${numberedLine(0).slice(0, 23)}Z`);
    const hits: PortalHit[] = [];
    const file = { path, first: time, received: time + 60_000 };
    for await (const part of readBatch(file, 10)) hits.push(...part.hits);
    assert.equal(hits.length, 2);
    const [hit] = hits;
    assert.ok(hit !== undefined);
    assert.deepEqual(
      [hit.time, hit.action, hit.direction, hit.protocol, hit.interface, hit.remote, hit.inside],
      [time, 'block', 'out', 'icmp', 'em0', '64.87.3.133', '10.0.2.15'],
    );
  });
});
