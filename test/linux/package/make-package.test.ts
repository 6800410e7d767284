import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readElf } from '../../../freebsd/package/elf.ts';
import { linuxFiles } from '../../../linux/package/files.ts';
import { ADDON_PATH } from '../../../packaging/program.ts';
import { runCommand } from '../../../src/system/run-command.ts';
import {
  CHECKOUT,
  makeRepository,
  makeTestDeb,
  ThrowAwayKey,
} from '../../support/linux-packages.ts';

const UNITS = ['ts-agent', 'ts-check', 'ts-nflog', 'ts-restore'].map((name) => `${name}.service`);

function text(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
}

describe('making the packages for Linux', function () {
  this.timeout(300_000);
  let folder = '';
  let deb = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-linux-package-'));
    deb = await makeTestDeb(folder, { compression: 'xz' });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('twice gives the same bytes', async () => {
    const second = await makeTestDeb(join(folder, 'second'), { compression: 'xz' });
    // Not deepEqual: telling the difference of two packages takes all the memory there is.
    assert.ok(readFileSync(deb).equals(readFileSync(second)));
  });

  it('gives a package that lintian finds no fault with', () => {
    assert.equal(text('lintian', '--allow-root', '--fail-on', 'error', deb), '');
  });

  it('has a version above that of the product it replaces, in the order of the releases', () => {
    assert.equal(text('dpkg-deb', '--field', deb, 'Version').trim(), '1:3.00-01');
    const order = ['5.03-01', '1:3.00-01', '1:3.00-02', '1:3.00-10', '1:3.01-01', '1:3.10-01'];
    for (const [index, version] of order.slice(1).entries()) {
      text('dpkg', '--compare-versions', version, 'gt', order[index]!);
    }
  });

  it('marks every file in /etc as a setting, and no other', () => {
    const listed = text('dpkg-deb', '--fsys-tarfile', deb).length;
    assert.ok(listed > 0);
    const control = join(folder, 'control');
    execFileSync('dpkg-deb', ['--control', deb, control]);
    assert.deepEqual(readFileSync(join(control, 'conffiles'), 'utf8').trim().split('\n'), [
      '/etc/init.d/ts-agent',
      '/etc/init.d/ts-nflog',
      '/etc/init.d/ts-restore',
      '/etc/logrotate.d/ts-iptables',
      '/etc/rsyslog.d/10-threatstop.conf',
    ]);
  });

  it('has units that systemd takes, with little left to an intruder', () => {
    const root = join(folder, 'root');
    execFileSync('dpkg-deb', ['--extract', deb, root]);
    for (const unit of UNITS) {
      const path = join(root, 'usr/lib/systemd/system', unit);
      const said = spawnSync(
        'systemd-analyze',
        ['verify', '--man=no', '--recursive-errors=no', `--root=${root}`, unit],
        {
          encoding: 'utf8',
        },
      );
      // That one is not in this package; the unit is passed over where it is missing.
      const faults = said.stderr.replace('Command /usr/sbin/ulogd is not executable', '');
      assert.doesNotMatch(faults, /Unknown|Failed to parse|Invalid|not executable/);
      const score = spawnSync(
        'systemd-analyze',
        ['security', '--offline=true', '--threshold=17', '--no-pager', path],
        { encoding: 'utf8' },
      );
      assert.equal(score.status, 0, score.stdout);
    }
  });

  it('has an addon for the processor it is named for', async () => {
    const arm = await makeTestDeb(join(folder, 'arm'), { architecture: 'arm64' });
    assert.equal(text('dpkg-deb', '--field', arm, 'Architecture').trim(), 'arm64');
    for (const [path, machine] of [
      [deb, 62],
      [arm, 183],
    ] as const) {
      const root = mkdtempSync(join(folder, 'addon-'));
      execFileSync('dpkg-deb', ['--extract', path, root]);
      const file = readFileSync(join(root, 'usr/lib/ts-iptables', ADDON_PATH));
      assert.equal(readElf(file).machine, machine);
    }
  });

  it('takes a Node for the processor of the package only', async () => {
    const runtime = join(folder, 'runtime');
    mkdirSync(join(runtime, 'bin'), { recursive: true });
    const order = { checkout: CHECKOUT, nodeRuntime: runtime, run: runCommand } as const;
    writeFileSync(join(runtime, 'bin/node'), 'no program');
    await assert.rejects(linuxFiles({ ...order, architecture: 'amd64' }), /bin\/node: /);
    rmSync(join(runtime, 'bin/node'));
    symlinkSync(process.execPath, join(runtime, 'bin/node'));
    await assert.rejects(linuxFiles({ ...order, architecture: 'arm64' }), /is not for arm64/);
    const files = await linuxFiles({ ...order, architecture: 'amd64' });
    const inside = files.find(({ path }) => path === '/usr/lib/ts-iptables/runtime/bin/node');
    assert.ok(inside !== undefined && 'mode' in inside && inside.mode === 0o755);
  });

  it('makes no repository without a key, and says why', async () => {
    await assert.rejects(
      makeRepository(join(folder, 'apt'), [deb], ''),
      (error: Error & { remedy: string }) => {
        assert.match(error.message, /has to be signed, and no key was named/);
        assert.match(error.remedy, /make apt-repo KEY=/);
        return true;
      },
    );
  });

  it('makes a repository whose signatures and sums hold', async () => {
    const key = new ThrowAwayKey();
    try {
      const apt = join(folder, 'apt');
      await makeRepository(apt, [deb], key.name);
      const suite = join(apt, 'dists/stable');
      text('gpg', '--batch', '--quiet', '--verify', join(suite, 'InRelease'));
      text(
        'gpg',
        '--batch',
        '--quiet',
        '--verify',
        join(suite, 'Release.gpg'),
        join(suite, 'Release'),
      );
      const release = readFileSync(join(suite, 'Release'), 'utf8');
      const sums = [...release.matchAll(/^ ([0-9a-f]{64}) (\d+) (\S+)$/gm)];
      assert.equal(sums.length, 2);
      const list = sums.map(([, sum, , path]) => `${sum}  ${path}\n`).join('');
      execFileSync('sha256sum', ['--check', '--strict'], {
        cwd: suite,
        input: list,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      assert.match(readFileSync(join(apt, 'threatstop.asc'), 'utf8'), /BEGIN PGP PUBLIC KEY BLOCK/);
    } finally {
      key.remove();
    }
  });
});
