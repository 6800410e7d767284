import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plistFiles, plistPaths } from '../../../freebsd/package/plist.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the packing list', () => {
  const folder = temporaryFolder();

  it('is one absolute path per line, with comments', () => {
    assert.deepEqual(plistPaths('# files\n/usr/local/a\n\n/etc/b\n'), ['/usr/local/a', '/etc/b']);
  });

  it('has no keywords', () => {
    assert.throws(() => plistPaths('@sample etc/x.conf.sample\n'), /keywords are not used/);
  });

  it('gives content, mode and links of the sources', async () => {
    mkdirSync(join(folder(), 'usr'));
    writeFileSync(join(folder(), 'usr/page.php'), '<?php');
    writeFileSync(join(folder(), 'usr/run.sh'), '#!/bin/sh');
    chmodSync(join(folder(), 'usr/run.sh'), 0o700);
    symlinkSync('run.sh', join(folder(), 'usr/link'));
    assert.deepEqual(await plistFiles(['/usr/page.php', '/usr/run.sh', '/usr/link'], folder()), [
      { path: '/usr/page.php', mode: 0o644, content: Buffer.from('<?php') },
      { path: '/usr/run.sh', mode: 0o755, content: Buffer.from('#!/bin/sh') },
      { path: '/usr/link', target: 'run.sh' },
    ]);
  });

  it('with a file that is missing is refused', async () => {
    await assert.rejects(plistFiles(['/usr/none'], folder()), /pkg-plist names \/usr\/none/);
  });
});
