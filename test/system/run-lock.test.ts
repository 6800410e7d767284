import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BusyError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/system/clock.ts';
import { endProcess, isAlive, ownIdentity } from '../../src/system/process-identity.ts';
import { createRunLock } from '../../src/system/run-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const holderProgram = fileURLToPath(new URL('../support/hold-lock.ts', import.meta.url));

describe('the run lock', () => {
  const folder = temporaryFolder();
  const lock = () => createRunLock(folder(), systemClock);
  const holderFile = () => join(folder(), 'update.lock.holder');
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A process that has the lock "update"; it runs until the end of the test. */
  async function startHolder(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [holderProgram, folder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }

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
    const child = await startHolder();
    await assert.rejects(
      lock().hold('update', 'other', 0, () => Promise.resolve()),
      BusyError,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await lock().hold('update', 'other', 0, () => Promise.resolve());
  });

  it('ends a holder that hangs, with what it started', async () => {
    const child = await startHolder();
    const started = Number(readFileSync(join(folder(), 'started'), 'utf8'));
    child.kill('SIGSTOP');
    const ended = once(child, 'exit');
    const { name, ended: isEnded } = await lock().endHolder('update');
    assert.match(name, /^test holder \(process \d+, since /);
    assert.equal(isEnded, true);
    assert.deepEqual((await ended)[1], 'SIGKILL');
    await until('its program is gone', () => !isRunning(started));
    await lock().hold('update', 'other', 1_000, () => Promise.resolve());
  });

  it('never ends itself, a process with the number of the holder, or one that the kernel knows nothing of', async () => {
    await lock().hold('update', 'own', 0, async () => {
      assert.equal((await lock().endHolder('update')).ended, false);
    });
    const holder = await startHolder();
    const [name = '', identity = ''] = readFileSync(holderFile(), 'utf8').split('\n');
    const stranger = spawn('sleep', ['600']);
    children.push(stranger);
    const lies = [
      identity.replace(/\d+$/, '1'),
      identity.replace(/^\d+/, String(stranger.pid)),
      `${stranger.pid} ${startOf(stranger)}`,
      '0 x',
      '-1 x',
      '',
    ];
    for (const lie of lies) {
      writeFileSync(holderFile(), `${name}\n${lie}\n`);
      assert.equal((await lock().endHolder('update')).ended, false, lie);
    }
    rmSync(holderFile());
    assert.deepEqual(await lock().endHolder('update'), { name: 'unknown', ended: false });
    assert.deepEqual([holder.exitCode, holder.signalCode], [null, null]);
    assert.deepEqual([stranger.exitCode, stranger.signalCode], [null, null]);
  });

  it('forgets its holder before it is free, so that nobody is taken for one', async () => {
    await lock().hold('update', 'one', 0, () => Promise.resolve());
    assert.equal(existsSync(holderFile()), false);
    assert.deepEqual(await lock().endHolder('update'), { name: 'unknown', ended: false });
  });

  it('knows this process from one that had its number before', async () => {
    const own = await ownIdentity();
    assert.ok(own !== null && (await isAlive(own)));
    assert.equal(await endProcess({ ...own, started: `${own.started}1` }), false);
  });
});

function startOf({ pid }: ChildProcess): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
