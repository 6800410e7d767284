import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(path: string, args: readonly string[], PATH?: string): Promise<Result> {
  try {
    const options = { env: { ...process.env, ...(PATH === undefined ? {} : { PATH }) } };
    return { code: 0, ...(await run(path, [...args], options)) };
  } catch (failure) {
    const { code, stdout, stderr } = failure as Result;
    return { code, stdout, stderr };
  }
}

for (const [name, program] of [
  ['tsadmin', 'dist/main/tsadmin.js'],
  ['ts-service', 'dist/main/service.js'],
] as const) {
  describe(`bin/${name}`, () => {
    let folder = '';
    let launcher = '';

    async function build(): Promise<void> {
      const path = join(folder, program);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(join(folder, 'package.json'), '{"type": "module"}');
      await writeFile(
        path,
        'console.log(JSON.stringify({ exe: process.execPath, flags: process.execArgv, args: process.argv.slice(2) })); process.exitCode = 7;',
      );
    }

    beforeEach(async () => {
      folder = await realpath(await mkdtemp(join(tmpdir(), 'launcher with blank-')));
      launcher = join(folder, 'bin', name);
      await mkdir(dirname(launcher));
      await copyFile(new URL(`../../bin/${name}`, import.meta.url), launcher);
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('says what to do when nothing was built', async () => {
      const { code, stderr } = await start(launcher, []);
      assert.equal(code, 1);
      assert.ok(stderr.startsWith(`${name}: ${join(folder, program)} is missing. Build it first:`));
      assert.match(stderr, /make build/);
    });

    it('hands words and exit code through, also by symbolic links', async () => {
      await build();
      await symlink(launcher, join(folder, 'first'));
      await symlink('first', join(folder, 'second'));
      const args = ['--a=b c', '', '*', '$HOME', 'é'];
      const { code, stdout } = await start(join(folder, 'second'), args);
      assert.equal(code, 7);
      const told = JSON.parse(stdout) as { flags: string[]; args: string[] };
      assert.deepEqual(told.args, args);
      assert.equal(told.flags.at(-1), '--disable-warning=ExperimentalWarning');
    });

    it('prefers the node of its own folder', async () => {
      await build();
      const own = join(folder, 'node_modules/node/bin/node');
      await mkdir(dirname(own), { recursive: true });
      await writeFile(own, '#!/bin/sh\necho own node\n');
      await chmod(own, 0o755);
      assert.equal((await start(launcher, [])).stdout, 'own node\n');
    });

    it('says what is missing when there is no node at all', async () => {
      await build();
      const tools = join(folder, 'tools');
      await mkdir(tools);
      const { stdout } = await run('sh', ['-c', 'command -v readlink']);
      await symlink(stdout.trim(), join(tools, 'readlink'));
      const { code, stderr } = await start(launcher, [], tools);
      assert.equal(code, 1);
      assert.match(stderr, /Install Node 22\.18 or later/);
    });
  });
}
