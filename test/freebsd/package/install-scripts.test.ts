import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installScripts } from '../../../freebsd/package/install-scripts.ts';
import type { ScriptName } from '../../../freebsd/package/manifest.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const HOME = 'usr/local/libexec/ts-pfsense';

/** The scripts name places of the firewall; here each place is below a folder. */
describe('the install scripts', () => {
  const folder = temporaryFolder();

  beforeEach(() => {
    place('usr/local/bin/php', `#!/bin/sh\necho "php $*" >>"${folder()}/calls"\n`);
    place('usr/local/etc/rc.d/threatstop.sh', `#!/bin/sh\necho "rc $*" >>"${folder()}/calls"\n`);
    place('etc/rc.packages', '');
    place(`${HOME}/find-node`, '#!/bin/sh\necho /usr/local/bin/node\n');
    place(`${HOME}/dist/main/tsadmin.js`, 'new');
    place(`${HOME}/FILES`, 'dist/main/tsadmin.js\nfind-node\n');
  });

  function place(path: string, text: string): void {
    const at = join(folder(), path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text, { mode: 0o755 });
  }

  async function run(name: ScriptName, environment: Readonly<Record<string, string>> = {}) {
    const script = (await installScripts('amd64'))[name] ?? '';
    const moved = script.replace(/(?<![\w}])\/(usr\/local|etc|var)\//g, `${folder()}/$1/`);
    const { status, stdout, stderr } = spawnSync('sh', ['-c', moved, 'ts-pfsense-3.00.01'], {
      encoding: 'utf8',
      env: { PATH: `${folder()}/path:/usr/bin:/bin`, PKG_ROOTDIR: '/', ...environment },
    });
    const log = join(folder(), 'calls');
    const calls = existsSync(log) ? readFileSync(log, 'utf8').replaceAll(folder(), '') : '';
    return { status, stdout, stderr, calls: calls.split('\n').slice(0, -1) };
  }

  it('register the package and start the service', async () => {
    const { status, stdout, calls } = await run('post-install');
    assert.equal(status, 0);
    assert.match(stdout, /Firewall > ThreatSTOP/);
    assert.deepEqual(calls, ['php -f /etc/rc.packages threatstop POST-INSTALL', 'rc start']);
  });

  it('stop the service before an upgrade, and remove what only the older release had', async () => {
    place(`${HOME}/dist/main/chunk-OLD.js`, 'old');
    place(`${HOME}/node_modules/old/index.js`, 'old');
    assert.deepEqual((await run('pre-install')).calls, ['rc stop']);
    await run('post-install', { PKG_UPGRADE: 'true' });
    const left = readdirSync(join(folder(), HOME), { recursive: true }).sort();
    assert.deepEqual(left, ['FILES', 'dist', 'dist/main', 'dist/main/tsadmin.js', 'find-node']);
  });

  it('leave everything in place when the old release goes at an upgrade', async () => {
    for (const name of ['pre-deinstall', 'post-deinstall'] as const) {
      const { status, calls } = await run(name, { PKG_UPGRADE: 'true' });
      assert.equal(status, 0);
      assert.deepEqual(calls, []);
    }
    assert.ok(existsSync(join(folder(), HOME, 'FILES')));
  });

  it('stop the service and take the package out of the books when it goes', async () => {
    place('var/run/threatstop.lock', '');
    await run('pre-deinstall');
    const { status, calls } = await run('post-deinstall');
    assert.equal(status, 0);
    assert.deepEqual(readdirSync(join(folder(), 'var/run')), []);
    assert.deepEqual(calls, [
      'rc stop',
      'php -f /etc/rc.packages threatstop DEINSTALL',
      'php -f /etc/rc.packages threatstop POST-DEINSTALL',
    ]);
  });

  it('install without a Node too, and say what to do', async () => {
    place(`${HOME}/find-node`, '#!/bin/sh\necho "ts-pfsense: there is no Node" >&2\nexit 1\n');
    const { status, stdout, stderr } = await run('post-install');
    assert.equal(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /there is no Node/);
  });

  it('refuse a processor the package was not made for', async () => {
    place('path/uname', '#!/bin/sh\ncase $1 in -s) echo FreeBSD ;; *) echo aarch64 ;; esac\n');
    const { status, stderr, calls } = await run('pre-install');
    assert.equal(status, 1);
    assert.match(stderr, /this package is for amd64, this machine is aarch64/);
    assert.deepEqual(calls, []);
  });

  it('touch nothing of this host when the package goes into another root', async () => {
    for (const name of [
      'pre-install',
      'post-install',
      'pre-deinstall',
      'post-deinstall',
    ] as const) {
      const { status, calls } = await run(name, { PKG_ROOTDIR: '/mnt' });
      assert.deepEqual([status, calls], [0, []]);
    }
  });

  it('do their part on a FreeBSD without pfSense', async () => {
    rmSync(join(folder(), 'etc/rc.packages'));
    assert.deepEqual((await run('post-install')).calls, ['rc start']);
    assert.equal((await run('pre-deinstall')).status, 0);
  });
});
