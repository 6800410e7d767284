import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { runCommand } from '../../src/system/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

describe('running a command', () => {
  const folder = temporaryFolder();

  it('passes arguments as they are, without a shell', async () => {
    const { stdout } = await runCommand(['printf', '%s|', 'a b', '$HOME', ';ls']);
    assert.equal(stdout, 'a b|$HOME|;ls|');
  });

  it('gives it standard input and the C locale', async () => {
    const { stdout } = await runCommand(['sh', '-c', 'cat; printf "%s" "$LC_ALL"'], {
      input: 'in ',
    });
    assert.equal(stdout, 'in C');
  });

  it('gives it the whole input from a file, also when the caller is killed', async () => {
    const written = join(folder(), 'written');
    const bytes = 4_000_000;
    const module = new URL('../../src/system/run-command.ts', import.meta.url).pathname;
    const caller = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { runCommand } from '${module}';
       await runCommand(['sh', '-c', 'echo >begun; sleep 0.5; cat >part; mv part written'], {
         input: new Uint8Array(${bytes}), inputFolder: '.',
       });`,
      ],
      { cwd: folder() },
    );
    await until('the program begins', () => existsSync(join(folder(), 'begun')));
    caller.kill('SIGKILL');
    await until('the program ends', () => existsSync(written));
    assert.equal(statSync(written).size, bytes);
    assert.deepEqual(readdirSync(folder()).toSorted(), ['begun', 'written']);
  });

  it('says that the input cannot be held', async () => {
    await assert.rejects(
      runCommand(['cat'], { input: 'in', inputFolder: '/dev/null/below' }),
      (error) => error instanceof HostError && /writing \/dev\/null\/below/.test(error.message),
    );
  });

  it('keeps the library path of a Node that has its own libraries from it', async () => {
    process.env['LD_LIBRARY_PATH'] = '/nonexistent/runtime/lib';
    try {
      const { stdout } = await runCommand(['sh', '-c', 'printf "%s" "${LD_LIBRARY_PATH-unset}"']);
      assert.equal(stdout, 'unset');
    } finally {
      delete process.env['LD_LIBRARY_PATH'];
    }
  });

  it('names command, exit code and stderr when it fails', async () => {
    await assert.rejects(
      runCommand(['sh', '-c', 'echo no such set >&2; exit 3']),
      (error) => error instanceof HostError && /exit code 3, no such set/.test(error.message),
    );
  });

  it('takes an exit code that is an answer as one', async () => {
    const { exitCode } = await runCommand(['sh', '-c', 'exit 1'], { acceptExitCodes: [0, 1] });
    assert.equal(exitCode, 1);
  });

  it('ends a command that takes too long', async () => {
    await assert.rejects(runCommand(['sleep', '60'], { timeoutMs: 50 }), /did not end in time/);
  });

  it('says that a program is missing', async () => {
    await assert.rejects(runCommand(['no-such-program']), /running no-such-program: .*ENOENT/);
  });
});
