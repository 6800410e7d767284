import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { removeFile, stageFile, writeFileAtomic } from '../../src/system/atomic-file.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('writing a file atomically', () => {
  const folder = temporaryFolder();

  it('replaces the content, sets the mode and leaves nothing beside it', async () => {
    const path = join(folder(), 'new-folder', 'file');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, 'new', 0o640);
    assert.equal(readFileSync(path, 'utf8'), 'new');
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(join(folder(), 'new-folder')), ['file']);
  });

  it('leaves the old content until the staged file is committed', async () => {
    const path = join(folder(), 'file');
    await writeFileAtomic(path, 'old');
    const staged = await stageFile(path, 'new');
    assert.equal(readFileSync(path, 'utf8'), 'old');
    await staged.commit();
    assert.equal(readFileSync(path, 'utf8'), 'new');
  });

  it('takes a discarded file away', async () => {
    const path = join(folder(), 'file');
    await (await stageFile(path, 'new')).discard();
    assert.deepEqual(readdirSync(folder()), []);
  });

  it('keeps the old file byte for byte when the disk is full', async () => {
    const disk = mountSmallDisk(folder(), 64);
    try {
      const path = join(disk.folder, 'table');
      writeFileSync(path, 'old\n');
      disk.fill();
      await assert.rejects(writeFileAtomic(path, 'x'.repeat(20_000)), (error) => {
        assert.ok(error instanceof HostError);
        assert.match(error.message, /writing .*table: ENOSPC/);
        return true;
      });
      assert.equal(readFileSync(path, 'utf8'), 'old\n');
      assert.deepEqual(readdirSync(disk.folder).toSorted(), ['filler', 'table']);
    } finally {
      disk.unmount();
    }
  });

  it('removes a file, and one that is not there', async () => {
    const path = join(folder(), 'file');
    await writeFileAtomic(path, 'x');
    await removeFile(path);
    await removeFile(path);
    assert.deepEqual(readdirSync(folder()), []);
  });
});
