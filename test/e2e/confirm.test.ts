import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startPolicyServer, type PolicyServer } from '../support/policy-server.ts';
import { table } from '../support/prefixes.ts';
import { addDevice, printed, spawnProgram, tsadmin, tsadminJson } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

/** Runs are as `tsadmin status --json` and the activity have them. */
interface Shown {
  readonly protection: { readonly state: string };
  readonly problems: readonly { readonly code: string }[];
}

describe('tsadmin enable --confirm, without a service', () => {
  const folder = temporaryFolder();
  const rules = () => join(folder(), 'var/db/threatstop/dry-run.rules');
  const start = (seconds: number) =>
    spawnProgram('tsadmin', ['enable', '--confirm', String(seconds)], {
      TS_ROOT: folder(),
      TS_PLATFORM: 'dry-run',
    });
  const shown = async () => (await tsadminJson(folder(), 'status')) as Shown;
  let server: PolicyServer;

  beforeEach(async () => {
    server = await startPolicyServer();
    server.serve(table('64.87.3.133', '203.0.113.0/24'));
    await addDevice(folder(), server.port);
  });
  afterEach(() => server.stop());

  it('waits, goes back when nobody answers, says so and ends with 1', async () => {
    const { code, stdout } = await tsadmin(folder(), 'enable', '--confirm', '1');
    assert.equal(code, 1);
    assert.match(stdout, /within 1 s\.\n.*nobody confirmed within 1 s.*\n.*disabled\.\n/);
    assert.ok(!existsSync(rules()));
    const { protection, problems } = await shown();
    assert.equal(protection.state, 'disabled');
    assert.deepEqual(
      problems.map(({ code: problem }) => problem),
      ['not-confirmed'],
    );
  });

  it('ends with 0 when somebody confirms elsewhere', async () => {
    const waiting = start(600);
    await printed(waiting, /goes back to disabled unless/);
    const exit = once(waiting, 'exit');
    assert.equal((await tsadmin(folder(), 'confirm')).code, 0);
    assert.deepEqual(await exit, [0, null]);
    assert.ok(existsSync(rules()));
  });

  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    it(`disables before it ends by ${signal}`, async () => {
      const waiting = start(600);
      await printed(waiting, /goes back to disabled unless/);
      const exit = once(waiting, 'exit');
      waiting.kill(signal);
      assert.deepEqual(await exit, [1, null]);
      assert.ok(!existsSync(rules()));
    });
  }

  it('goes on watching when the reader of its output leaves', async () => {
    const waiting = start(2);
    await until('the rules are in', () => existsSync(rules()));
    waiting.stdout?.destroy();
    waiting.stderr?.destroy();
    await once(waiting, 'exit');
    assert.ok(!existsSync(rules()));
  });

  describe('killed with -9', () => {
    beforeEach(async () => {
      const waiting = start(1);
      await printed(waiting, /goes back to disabled unless/);
      waiting.kill('SIGKILL');
      await once(waiting, 'exit');
      assert.ok(existsSync(rules()));
    });

    it('is told by status when the time is over, and disabled by hand', async () => {
      await until('it is overdue', async () =>
        (await shown()).problems.some(({ code }) => code === 'confirmation-overdue'),
      );
      assert.equal((await tsadmin(folder(), 'disable')).code, 0);
      assert.ok(!existsSync(rules()));
      assert.deepEqual((await shown()).problems, []);
    });

    it('goes back as soon as a service starts', async () => {
      const place = ['--root', folder(), '--platform', 'dry-run'];
      const service = spawnProgram('ts-service', place, {});
      try {
        await until('the rules are out', () => !existsSync(rules()));
        await until('it is recorded', async () =>
          (await shown()).problems.some(({ code }) => code === 'not-confirmed'),
        );
      } finally {
        service.kill('SIGKILL');
        await once(service, 'exit');
      }
    });
  });
}).timeout(60_000);
