import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { tsadmin } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/tsadmin', import.meta.url));

describe('the built tsadmin', () => {
  const folder = temporaryFolder();

  it('says nothing when the reader of its output leaves early', async () => {
    const pipe = `for i in 1 2 3; do "$1" help --man; done | head -1`;
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', pipe, 'sh', PROGRAM]);
    assert.equal(stdout.split('\n').length, 2);
    assert.equal(stderr, '');
  });

  it('ends with 2 for wrong usage, and with 1 where there is nothing to update', async () => {
    assert.equal((await tsadmin(folder(), 'update', '--no-such-option')).code, 2);
    assert.equal((await tsadmin(folder(), 'no-such-command')).code, 2);
    const { code, stderr } = await tsadmin(folder(), 'update');
    assert.equal(code, 1);
    assert.match(stderr, /not set up/);
  });
});
