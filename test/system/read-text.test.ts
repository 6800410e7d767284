import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { readTextOrNull } from '../../src/system/read-text.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('reading a text', () => {
  const folder = temporaryFolder();

  it('gives the whole file, or null where there is none', async () => {
    const path = join(folder(), 'file');
    assert.equal(await readTextOrNull(path), null);
    writeFileSync(path, 'text\n');
    assert.equal(await readTextOrNull(path), 'text\n');
  });

  it('names the file that cannot be read', async () => {
    await assert.rejects(readTextOrNull(folder()), (error) => {
      assert.ok(error instanceof HostError);
      assert.ok(error.message.startsWith(`reading ${folder()}: EISDIR`));
      return true;
    });
  });
});
