import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { packageProblems } from '../../../freebsd/package/check-package.ts';
import { makePackage, type MadePackage } from '../../../freebsd/package/make-package.ts';
import type { NodePayload } from '../../../freebsd/package/node-payload.ts';
import { readTar } from '../../../freebsd/package/tar-read.ts';
import { ADDON_PATH } from '../../../packaging/program.ts';
import { RELEASE } from '../../../src/main/release.ts';
import { runCommand } from '../../../src/system/run-command.ts';
import { elfFile } from '../../support/elf-file.ts';
import { standInAddon } from '../../support/freebsd-addon.ts';

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
const HOME = 'usr/local/libexec/ts-pfsense';

describe('making the package', () => {
  let folder = '';
  let made: MadePackage;
  let root = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ts-pfsense-package-'));
    made = await make('one');
    root = join(folder, 'root');
    mkdirSync(root);
    const stdio = ['ignore', 'ignore', 'ignore'] as const;
    execFileSync('tar', ['-xJf', made.path, '-C', root], { stdio: [...stdio] });
  });
  after(() => rmSync(folder, { recursive: true }));

  function make(out: string, node?: NodePayload) {
    const addon = join(folder, 'better_sqlite3.node');
    writeFileSync(addon, standInAddon());
    return makePackage({
      checkout: CHECKOUT,
      architecture: 'amd64',
      release: RELEASE,
      maintainer: 'someone@example.com',
      homepage: 'https://example.com/',
      addon,
      node,
      modified: 1_700_000_000,
      out: join(folder, out),
      run: runCommand,
    });
  }

  function plainArchive(path: string): Buffer {
    return execFileSync('xz', ['-dc', path], { maxBuffer: 64 * 1024 * 1024 });
  }

  it('twice gives the same bytes, and their hash beside them', async () => {
    const second = await make('two');
    const name = 'ts-pfsense-3.00-01-freebsd-amd64.txz';
    assert.deepEqual(readdirSync(dirname(made.path)).sort(), [name, `${name}.sha256`]);
    // Not deepEqual: telling the difference of two packages takes all the memory there is.
    assert.ok(readFileSync(made.path).equals(readFileSync(second.path)));
    assert.equal(made.bytes, readFileSync(made.path).length);
    execFileSync('sha256sum', ['--check', '--status', `${name}.sha256`], {
      cwd: dirname(made.path),
    });
  });

  it('holds every file of the packing list, as it is in the sources', () => {
    const plist = readFileSync(join(CHECKOUT, 'pkg-plist'), 'utf8');
    const paths = plist.split('\n').filter((line) => line.startsWith('/'));
    assert.ok(paths.length > 10);
    for (const path of paths) {
      assert.deepEqual(
        readFileSync(join(root, path)),
        readFileSync(join(CHECKOUT, 'freebsd', path)),
      );
    }
  });

  it('is one that tar(1) and pkg accept', () => {
    const plain = plainArchive(made.path);
    assert.deepEqual(packageProblems(plain), []);
    const names = execFileSync('tar', ['-tPf', '-'], { input: plain, encoding: 'utf8' });
    assert.deepEqual(
      names.trim().split('\n'),
      readTar(plain).map((entry) => entry.path),
    );
  });

  it('runs as it is installed, but for addon and Node', () => {
    const tried = join(folder, 'tried');
    cpSync(root, tried, { recursive: true });
    const home = join(tried, HOME);
    // The addon of this machine in place of that of the firewall, and its Node as the one inside.
    const prebuilt = `${process.platform}-${process.arch}.node`;
    const prebuilds = join(CHECKOUT, 'node_modules/better-sqlite3/prebuilds');
    copyFileSync(join(prebuilds, prebuilt), join(home, ADDON_PATH));
    mkdirSync(join(home, 'runtime/bin'), { recursive: true });
    symlinkSync(process.execPath, join(home, 'runtime/bin/node'));
    const tsadmin = (...args: string[]) =>
      execFileSync(join(tried, 'usr/local/bin/tsadmin'), args, { encoding: 'utf8' });
    assert.match(tsadmin('version'), /Version: 3\.00-01/);
    const place = ['--root', join(folder, 'host'), '--platform', 'dry-run'];
    assert.match(tsadmin('status', ...place), /not set up/);
  });

  it('holds the code of threads under the names they are started by', async () => {
    const worker = new Worker(join(root, HOME, 'dist/main/enforce-worker.js'));
    worker.postMessage({
      location: { root: join(folder, 'host'), platform: 'dry-run' },
      order: {},
    });
    const [answer] = (await once(worker, 'message')) as [unknown];
    // The addon is none, so it has to fail; but it came up and said so.
    assert.match(JSON.stringify(answer), /"kind":"failed".*database/);
    await worker.terminate();
  });

  it('names the files of its program folder, for the removal of others', () => {
    const listed = readFileSync(join(root, HOME, 'FILES'), 'utf8')
      .trim()
      .split('\n');
    const found = readdirSync(join(root, HOME), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'FILES')
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, HOME).length + 1));
    assert.deepEqual(listed, found.sort());
  });

  it('has neither portal nor sources, and less than 4 MB', () => {
    const names = execFileSync('tar', ['-tJPf', made.path], { encoding: 'utf8' });
    assert.doesNotMatch(names, /portal|demo|\.ts\n|\.map\n|\.d\.ts/);
    assert.ok(made.bytes < 4_000_000);
  });

  it('with a Node inside is for one release of FreeBSD', async () => {
    const file = { path: `/${HOME}/runtime/bin/node`, mode: 0o755, content: elfFile({}) } as const;
    const node = { architecture: 'amd64', release: 14, files: [file] } as const;
    const { path } = await make('three', node);
    assert.match(path, /\/ts-pfsense-3\.00-01-freebsd14-amd64\.txz$/);
    const [manifest] = readTar(plainArchive(path));
    assert.match(
      Buffer.from(manifest?.content ?? '').toString(),
      /"abi":"FreeBSD:14:amd64","arch":"freebsd:14:x86:64"/,
    );
  });
});
