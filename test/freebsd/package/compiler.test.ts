import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findCompiler } from '../../../freebsd/package/compiler.ts';
import { HostError } from '../../../src/core/errors.ts';
import type { RunCommand } from '../../../src/system/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the compiler of the addon', () => {
  const folder = temporaryFolder();
  const place = (...path: string[]): string => join(folder(), ...path);
  const installed = (): string => place('home/node_modules/.bin/zig');
  const put = (path: string): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  };
  const find = (run: RunCommand): Promise<string> =>
    findCompiler({ searchPath: `:${place('bin')}`, home: place('home'), run });
  const npm =
    (work: () => void): RunCommand =>
    (argv) => {
      assert.deepEqual(argv, ['npm', 'ci', '--prefix', place('home')]);
      work();
      return Promise.resolve({ stdout: '', stderr: '', exitCode: 0 });
    };
  const nothing: RunCommand = () => Promise.reject(new Error('nothing is to be run'));

  it('is the one of this machine', async () => {
    put(installed());
    assert.equal(await find(nothing), installed());
    const own = put(place('bin/zig'));
    assert.equal(await find(nothing), own);
  });

  it('is installed by npm where there is none', async () => {
    assert.equal(await find(npm(() => put(installed()))), installed());
  });

  it('what to do is said where npm has none, or fails', async () => {
    const advice = (error: unknown): boolean =>
      error instanceof HostError && /ADDON=FILE/.test(error.remedy);
    await assert.rejects(find(npm(() => undefined)), advice);
    await assert.rejects(find(nothing), advice);
  });
});
