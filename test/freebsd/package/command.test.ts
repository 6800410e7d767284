import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceTime } from '../../../packaging/source-time.ts';
import { runCommand } from '../../../src/system/run-command.ts';
import { standInAddon } from '../../support/freebsd-addon.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../../freebsd/package/main.ts', import.meta.url));

describe('make package', () => {
  const folder = temporaryFolder();

  function run(...args: readonly string[]) {
    const environment = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };
    const options = { encoding: 'utf8', cwd: folder(), env: environment } as const;
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], options);
    return { status, stderr };
  }

  it('refuses an architecture it does not know', () => {
    const { status, stderr } = run('--arch=sparc64');
    assert.equal(status, 1);
    assert.match(stderr, /no architecture "sparc64"\nUse one of: amd64, aarch64\./);
  });

  it('refuses one addon for all architectures', () => {
    const { status, stderr } = run('--addon=x.node', '--arch=', '--node-runtime=');
    assert.equal(status, 2);
    assert.match(stderr, /make package ADDON=FILE ARCH=amd64/);
  });

  it('refuses an addon the firewall could not load, before anything is made', () => {
    writeFileSync(join(folder(), 'x.node'), standInAddon({ machine: 183 }));
    const { status, stderr } = run('--addon=x.node', '--arch=amd64', '--out=out');
    assert.equal(status, 1);
    assert.match(stderr, /x\.node cannot be in the package: it is not for amd64/);
  });

  it('refuses a folder that holds no FreeBSD Node', () => {
    const { status, stderr } = run(`--node-runtime=${folder()}`);
    assert.equal(status, 1);
    assert.match(stderr, /bin\/node: .*ENOENT/);
  });
});

describe('the time of the files of the package', () => {
  const folder = temporaryFolder();

  it('is SOURCE_DATE_EPOCH', async () => {
    assert.equal(await sourceTime('1700000000', folder(), runCommand), 1_700_000_000);
  });

  it('is that of the last commit', async () => {
    const git = (...args: string[]) => runCommand(['git', '-C', folder(), ...args]);
    await git('init', '--quiet');
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    await git(...who, 'commit', '--quiet', '--allow-empty', '--message=a', '--no-verify');
    const { stdout } = await git('log', '-1', '--format=%ct');
    assert.equal(await sourceTime(undefined, folder(), runCommand), Number(stdout));
  });

  it('must be known', async () => {
    await assert.rejects(sourceTime(undefined, folder(), runCommand), /no SOURCE_DATE_EPOCH/);
    await assert.rejects(sourceTime('today', folder(), runCommand), /no SOURCE_DATE_EPOCH/);
  });
});
