import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectPlatform } from '../../src/main/detect-platform.ts';
import { platformOf } from '../../src/main/platforms.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the platform', () => {
  const folder = temporaryFolder();

  it('is Linux on a Linux that is no pfSense', () => {
    assert.equal(detectPlatform('/'), 'linux');
  });

  it('is a dry run below another root, whatever is there: the kernel is the machine’s own', () => {
    mkdirSync(join(folder(), 'etc/inc'), { recursive: true });
    writeFileSync(join(folder(), 'etc/inc/globals.inc'), '<?php\n');
    assert.equal(detectPlatform(folder()), 'dry-run');
  });

  it('puts every path below the root', () => {
    for (const name of ['pfsense', 'openbsd', 'linux', 'dry-run'] as const) {
      for (const path of Object.values({ ...platformOf(name, '/some/root').paths })) {
        assert.ok(path.startsWith('/some/root/'), `${name}: ${path}`);
      }
    }
  });

  it('names the package after itself', () => {
    assert.equal(platformOf('linux', '/').product, 'ts-iptables');
    assert.equal(platformOf('openbsd', '/').product, 'ts-pf');
    assert.equal(platformOf('pfsense', '/').product, 'ts-pfsense');
  });
});
