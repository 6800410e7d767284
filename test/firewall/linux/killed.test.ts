/** The agent is killed while it changes the sets. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { texts, numberedAddresses } from '../../support/prefixes.ts';
import { NetworkHost } from '../../support/network.ts';
import { until } from '../../support/until.ts';

const CHILD = fileURLToPath(new URL('../../support/apply-child.ts', import.meta.url));
const COUNT = 40_000;
const KILLS = 3;

describe('sets whose change is cut by kill -9', function () {
  this.timeout(120_000);
  let host: NetworkHost;
  let folder = '';
  beforeEach(() => {
    host = new NetworkHost();
    folder = mkdtempSync(join(tmpdir(), 'ts-killed-'));
  });
  afterEach(() => {
    host.remove();
    rmSync(folder, { recursive: true });
  });

  /** @param killAfterMs from when the sets are begun to be changed; null: it may end */
  async function apply(first: number, killAfterMs: number | null): Promise<void> {
    const child = spawn(
      process.execPath,
      [CHILD, host.name, folder, String(first), String(COUNT)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = once(child, 'exit');
    if (killAfterMs !== null) {
      await Promise.race([once(child.stdout, 'data'), ended]);
      await Promise.race([delay(killAfterMs), ended]);
      child.kill('SIGKILL');
    }
    await ended;
    // The program that it started goes on to its end.
    await until('its programs end', () => host.pids() === '');
  }

  const held = (): string[] =>
    [...host.do('ipset', 'save', 'TSblockaddr').matchAll(/^add \S+ (\S+)$/gm)].map(
      ([, address = '']) => address,
    );

  it('hold the old or the new policy, whole', async () => {
    const step = COUNT / 10;
    await apply(0, null);
    for (let run = 0, first = 0; run < KILLS; run += 1) {
      await apply(first + step, Math.random() * 400);
      const sorted = held().toSorted();
      const isNew = sorted.includes(texts(numberedAddresses(first + step + COUNT - 1, 1))[0]!);
      if (isNew) first += step;
      const wanted = new Set(texts(numberedAddresses(first, COUNT)));
      const strays = sorted.filter((address) => !wanted.delete(address));
      assert.deepEqual([wanted.size, strays.slice(0, 3)], [0, []], `run ${run}`);
    }
    assert.ok(!readdirSync(folder).some((name) => name.endsWith('.input')));
  });
});
