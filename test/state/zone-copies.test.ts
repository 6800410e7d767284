import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ZoneCopy } from '../../src/core/ports.ts';
import { createZoneCopies } from '../../src/state/zone-copies.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const COPY: ZoneCopy = {
  zone: 'threatstop.local',
  serial: 4_294_967_295,
  pieces: [Uint8Array.of(1, 2, 3), new Uint8Array(70_000).fill(7)],
};
const OTHER: ZoneCopy = { zone: 'example.org', serial: 0, pieces: [] };

function plain(copy: ZoneCopy | null): unknown {
  return copy === null ? null : { ...copy, pieces: copy.pieces.map((piece) => [...piece]) };
}

describe('the copies of zones on disk', () => {
  const folder = temporaryFolder();
  const copies = () => createZoneCopies(join(folder(), 'zones'));
  const files = () => readdirSync(join(folder(), 'zones'));
  const pathOf = (index: number) => join(folder(), 'zones', files()[index]!);

  it('are read back as they were saved, each zone by its name', async () => {
    assert.equal(await copies().load(COPY.zone), null);
    await copies().save(COPY);
    await copies().save(OTHER);
    assert.deepEqual(plain(await copies().load(COPY.zone)), plain(COPY));
    assert.deepEqual(plain(await copies().load(OTHER.zone)), plain(OTHER));
    await copies().save({ ...OTHER, serial: 9 });
    assert.equal((await copies().load(OTHER.zone))?.serial, 9);
  });

  it('can be read by their owner only', async () => {
    await copies().save(COPY);
    assert.equal(statSync(pathOf(0)).mode & 0o777, 0o600);
  });

  it('do not count when a bit is wrong, or bytes are missing or too many', async () => {
    await copies().save(COPY);
    const path = pathOf(0);
    const good = readFileSync(path);
    const place = fc.oneof(fc.nat(60), fc.nat(good.length - 1));
    await fc.assert(
      fc.asyncProperty(place, fc.nat(7), async (at, bit) => {
        const wrong = Buffer.from(good);
        wrong[at] = wrong[at]! ^ (1 << bit);
        for (const bytes of [wrong, good.subarray(0, at), Buffer.concat([good, wrong])]) {
          writeFileSync(path, bytes);
          assert.equal(await copies().load(COPY.zone), null);
        }
      }),
      { numRuns: 60 },
    );
    writeFileSync(path, good);
    assert.deepEqual(plain(await copies().load(COPY.zone)), plain(COPY));
  });

  it('do not count when they are of another zone, or no file', async () => {
    await copies().save(COPY);
    const path = pathOf(0);
    await copies().save(OTHER);
    const other = files()
      .map((name) => join(folder(), 'zones', name))
      .find((name) => name !== path)!;
    renameSync(other, path);
    assert.equal(await copies().load(COPY.zone), null);
    await copies().remove(COPY.zone);
    mkdirSync(path);
    assert.equal(await copies().load(COPY.zone), null);
  });

  it('go when their zone is not used any more, with what killed runs left', async () => {
    await copies().keepOnly([COPY.zone]);
    await copies().save(COPY);
    await copies().save(OTHER);
    writeFileSync(join(folder(), 'zones', '.left.tmp'), 'half');
    await copies().keepOnly([COPY.zone]);
    assert.equal(files().length, 1);
    assert.equal(await copies().load(OTHER.zone), null);
    await copies().remove(COPY.zone);
    await copies().remove(COPY.zone);
    assert.deepEqual(files(), []);
  });
});
