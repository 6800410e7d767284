import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BusyError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createRunLock } from '../../src/system/run-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const holderProgram = fileURLToPath(new URL('../support/hold-lock.ts', import.meta.url));

describe('the run lock', () => {
  const folder = temporaryFolder();
  const lock = () => createRunLock(folder(), systemClock);

  it('is free again after the work, also when the work failed', async () => {
    await assert.rejects(
      lock().hold('update', 'one', 0, () => Promise.reject(new Error('work failed'))),
      /work failed/,
    );
    assert.equal(await lock().hold('update', 'two', 0, () => Promise.resolve(7)), 7);
  });

  it('refuses a second holder and names the first', async () => {
    await lock().hold('update', 'refresh by cli:root', 0, async () => {
      await assert.rejects(
        lock().hold('update', 'other', 0, () => Promise.resolve()),
        (error) => error instanceof BusyError && /refresh by cli:root/.test(error.message),
      );
    });
  });

  it('guards each name on its own', async () => {
    await lock().hold('update', 'one', 0, () =>
      lock().hold('firewall', 'two', 0, () => Promise.resolve()),
    );
  });

  it('waits for the holder as long as it is told to', async () => {
    const order: string[] = [];
    const first = lock().hold('hits', 'first', 0, async () => {
      await systemClock.sleep(50);
      order.push('first');
    });
    const second = lock().hold('hits', 'second', 5_000, () => {
      order.push('second');
      return Promise.resolve();
    });
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first', 'second']);
  });

  it('is free when the process that held it was killed', async () => {
    const child = spawn(process.execPath, [holderProgram, folder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await assert.rejects(
      lock().hold('update', 'other', 0, () => Promise.resolve()),
      BusyError,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await lock().hold('update', 'other', 0, () => Promise.resolve());
  });
});
