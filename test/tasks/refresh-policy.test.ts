import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BusyError, FirewallError, PolicyError } from '../../src/core/errors.ts';
import type { Actor } from '../../src/core/ports.ts';
import type { GuardedPrefix } from '../../src/core/policy.ts';
import type { FirewallDriver } from '../../src/core/ports.ts';
import { createAgent } from '../../src/tasks/create-agent.ts';
import { recordRun } from '../../src/tasks/record-run.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { createDryRunDriver } from '../../src/firewall/dry-run/driver.ts';
import { MANUAL, openAgentHost, policy, unreachable } from '../support/agent-host.ts';
import { texts } from '../support/prefixes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: false };

describe('refreshing the policy', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;

  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, QUICK);
  });
  afterEach(() => host.agent.close());

  it('writes both tables, the allow list taken out of the block list', async () => {
    host.portal.policy = () => policy('z=1', '64.87.3.133 198.51.100.0/30', '198.51.100.1');
    const { changes, run } = await host.agent.update('test');
    assert.equal(host.table('block'), '64.87.3.133\n198.51.100.0\n198.51.100.2/31\n');
    assert.equal(host.table('allow'), '198.51.100.1\n');
    assert.deepEqual(
      changes?.map(({ table, before, after }) => [table, before, after]),
      [
        ['block', null, 3],
        ['allow', null, 1],
      ],
    );
    assert.equal(run.outcome, 'done');
    assert.equal(run.message, 'New policy: block 3 (+3 −0), allow 1 (+1 −0).');
  });

  it('asks with the version it enforces, and touches nothing when that is still the one', async () => {
    await host.agent.update('test');
    host.portal.policy = () => 'unchanged';
    const { run, changes } = await host.agent.update('test');
    assert.deepEqual(host.portal.known, [null, 'threatstop.local=1']);
    assert.equal(run.outcome, 'unchanged');
    assert.equal(changes, null);
  });

  it('reads the whole policy again when a table is not what was enforced', async () => {
    await host.agent.update('test');
    writeFileSync(host.tableFile('block'), '192.0.2.1\n');
    await host.agent.update('test');
    assert.deepEqual(host.portal.known, [null, null]);
    assert.match(host.table('block') ?? '', /64\.87\.3\.133/);
  });

  it('reads it again when the copy for a reboot is gone', async () => {
    await host.agent.update('test');
    await host.ports.policyStore.clear();
    await assert.rejects(host.agent.lookup('64.87.3.133'), /not on disk/);
    host.clock.time += 1000;
    await host.agent.update('test');
    assert.deepEqual(host.portal.known, [null, null]);
    assert.equal((await host.agent.lookup('64.87.3.133')).verdict, 'blocked');
  });

  it('reads it again when a setting changed that the tables depend on', async () => {
    await host.agent.update('test');
    await host.agent.configure('test', { maxpolicysize: '1' });
    await host.agent.update('test');
    assert.equal(host.portal.known[1], null);
    assert.equal(host.table('block'), '64.87.3.133\n');
  });

  it('plans without touching a byte, and without a record', async () => {
    await host.agent.update('test');
    host.portal.policy = () => policy('z=2', '64.87.3.133 203.0.113.0/24');
    const before = filesBelow(folder());
    const runs = await host.agent.activity(10);
    const { changes, run } = await host.agent.update('test', { plan: true });
    assert.deepEqual(filesBelow(folder()), before);
    assert.deepEqual(await host.agent.activity(10), runs);
    assert.equal(run.outcome, 'unchanged');
    assert.equal(run.message, 'Would enforce: block 2 (+1 −8), allow 0 (+0 −1).');
    assert.equal(changes?.length, 2);
  });

  it('keeps the old tables when the service fails, and leaves a record', async () => {
    await host.agent.update('test');
    const before = host.table('block');
    host.portal.policy = unreachable;
    await assert.rejects(host.agent.update('cli:root'), PolicyError);
    assert.equal(host.table('block'), before);
    const { problems, refresh } = await host.agent.status();
    assert.equal(refresh.last?.outcome, 'failed');
    assert.match(problems[0]?.message ?? '', /192\.0\.2\.1: no connection/);
  });

  it('says that no list is set', async () => {
    await host.agent.configure('test', { block_list: '', allow_list: '' });
    await assert.rejects(host.agent.update('test'), /no list is set/);
  });

  it('does not apply a policy to a device that was removed meanwhile', async () => {
    host.portal.policy = () => {
      rmSync(host.ports.settingsStore.place);
      return policy('z=1', '192.0.2.1');
    };
    await assert.rejects(host.agent.update('test'), /not set up/);
    assert.equal(host.table('block'), null);
  });

  it('does not apply a policy of lists that were changed meanwhile', async () => {
    host.portal.policy = () => {
      writeFileSync(host.ports.settingsStore.place, 'device_id=x\nblock_list=other.list\n');
      return policy('z=1', '192.0.2.1');
    };
    await assert.rejects(host.agent.update('test'), /changed while the policy was read/);
    assert.equal(host.table('block'), null);
  });

  it('waits for the refresh of the schedule when somebody asks for one, not for that of somebody else', async () => {
    const waitsOf = async (actor: Actor, holder: string): Promise<readonly number[]> => {
      const waits: number[] = [];
      const lock: typeof host.ports.lock = {
        ...host.ports.lock,
        hold: (_name, _what, waitMs, work) => {
          waits.push(waitMs);
          const busy = new BusyError(`another task is running: ${holder} (process 1, since now)`);
          return waits.length === 1 ? Promise.reject(busy) : work();
        },
      };
      const work = () => Promise.resolve({ outcome: 'done', message: '', value: null } as const);
      const run = recordRun({ ...host.ports, lock }, 'update', actor, work);
      await run.catch((error: unknown) => assert.ok(error instanceof BusyError));
      return waits;
    };
    assert.deepEqual(await waitsOf('cli:root', 'update by schedule'), [5_000, 55_000]);
    assert.deepEqual(await waitsOf('cli:root', 'update by cli:ann'), [5_000]);
    assert.deepEqual(await waitsOf('schedule', 'update by schedule'), [5_000]);
  });

  it('waits for the check of the schedule before it applies what was read, rather than throw it away', async () => {
    const waits: number[] = [];
    const lock: typeof host.ports.lock = {
      ...host.ports.lock,
      hold: (name, holder, waitMs, work) => {
        if (name === 'firewall') waits.push(waitMs);
        return host.ports.lock.hold(name, holder, waitMs, work);
      },
    };
    await createAgent({ ...host.ports, lock }).update('schedule');
    assert.deepEqual(waits, [55_000]);
  });

  it('refuses to run beside another update, and names it', async () => {
    await host.ports.lock.hold('update', 'update by schedule', 0, async () => {
      await assert.rejects(
        host.agent.update('schedule'),
        (error) => error instanceof BusyError && /update by schedule/.test(error.message),
      );
    });
  }).timeout(15_000);
});

describe('a new policy that looks wrong', () => {
  const folder = temporaryFolder();
  const MANY = Array.from({ length: 1500 }, (_, n) => `198.18.${n >> 8}.${n & 255}`).join(' ');
  let host: ReturnType<typeof openAgentHost>;

  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, QUICK);
    host.portal.policy = () => policy('z=1', `64.87.3.133 ${MANY}`);
    await host.agent.update('test');
    host.portal.policy = () => policy('z=2', '64.87.3.133');
  });
  afterEach(() => host.agent.close());

  const codes = async () => (await host.agent.status()).problems.map(({ code }) => code);

  it('is enforced with a warning', async () => {
    const { problems } = await host.agent.update('test');
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['policy-shrunk'],
    );
    assert.equal(host.table('block'), '64.87.3.133\n');
    assert.deepEqual(await codes(), ['policy-shrunk']);
    host.portal.policy = () => policy('z=3', '64.87.3.133 203.0.113.1');
    await host.agent.update('schedule');
    assert.deepEqual(await codes(), []);
  });

  it('is one whose serial went back; of another service any serial is good', async () => {
    host.portal.policy = () => policy('z=4294967000', `64.87.3.133 ${MANY}`);
    await host.agent.update('schedule');
    const [problem, ...others] = (await host.agent.status()).problems;
    assert.deepEqual([problem?.code, problem?.severity], ['serial-went-back', 'warning']);
    assert.match(problem?.message ?? '', /zone z went back, from 1 to 4294967000/);
    assert.deepEqual(others, []);
    host.portal.policy = () => policy('z=7', `64.87.3.133 ${MANY}`);
    await host.agent.update('schedule');
    assert.deepEqual(await codes(), []);

    await host.agent.configure('test', { policy_sanity: 'hold' });
    host.portal.policy = () => policy('z=6', `64.87.3.133 ${MANY}`);
    await assert.rejects(host.agent.update('schedule'), /from 7 to 6.*\(serial-went-back\)/);
    await host.agent.configure('test', { dns_server: '203.0.113.53' });
    await host.agent.update('schedule');
    assert.deepEqual(await codes(), []);
  });

  it('is not wrong below another share', async () => {
    await host.agent.configure('test', { policy_shrink: '0' });
    assert.deepEqual((await host.agent.update('test')).problems, []);
  });

  it('is held back when that is set, until it is accepted once', async () => {
    await host.agent.configure('test', { policy_sanity: 'hold' });
    const before = host.table('block');
    const planned = await host.agent.update('test', { plan: true });
    assert.equal(planned.problems[0]?.severity, 'error');
    await assert.rejects(
      host.agent.update('schedule'),
      /z=2 is held back.*has 1 entries.*had 1,501 \(policy-shrunk\)/,
    );
    assert.equal(host.table('block'), before);
    assert.deepEqual(await codes(), ['policy-held']);
    const [held] = (await host.agent.status()).problems;
    assert.match(held?.remedy ?? '', /update --accept/);
    const { run } = await host.agent.update('cli:ann', { accept: true });
    assert.equal(run.outcome, 'done');
    assert.equal(host.table('block'), '64.87.3.133\n');
    assert.deepEqual(await codes(), []);
  });

  it('is accepted only as the version that was seen, where one is named', async () => {
    await host.agent.configure('test', { policy_sanity: 'hold' });
    await assert.rejects(host.agent.update('schedule'), PolicyError);
    const { held } = await host.agent.status();
    assert.deepEqual(
      held?.changes.map(({ table, before, after }) => [table, before, after]),
      [
        ['block', 1501, 1],
        ['allow', 0, 0],
      ],
    );
    host.portal.policy = () => policy('z=3', '64.87.3.133 203.0.113.1');
    await assert.rejects(host.agent.update('page:ann', { accept: 'z=2' }), /z=3 is held back/);
    await host.agent.update('page:ann', { accept: 'z=3' });
    assert.equal((await host.agent.status()).held, null);
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.1\n');
  });

  it('is held no more when the service has the policy in force again', async () => {
    await host.agent.configure('test', { policy_sanity: 'hold' });
    await assert.rejects(host.agent.update('test'), PolicyError);
    host.portal.policy = () => 'unchanged';
    await host.agent.update('test');
    assert.deepEqual(await codes(), []);
  });

  it('that was cut stays a warning, with the number, also where it was accepted', async () => {
    await host.agent.configure('test', { maxpolicysize: '1000', compact: 'never' });
    host.portal.policy = () => policy('z=2', `64.87.3.133 ${MANY}`);
    await host.agent.update('test', { accept: true });
    const [problem, ...others] = (await host.agent.status()).problems;
    assert.deepEqual([problem?.code, problem?.severity], ['policy-cut', 'warning']);
    assert.match(problem?.message ?? '', /1,501 entries.*501 entries left out, 1,000 kept/);
    assert.deepEqual(others, []);
    await host.agent.configure('test', { maxpolicysize: '0' });
    host.portal.policy = () => policy('z=2', `64.87.3.133 ${MANY}`);
    await host.agent.update('test');
    assert.deepEqual(await codes(), []);
  });

  it('loses entries that are wider than set, and says so', async () => {
    host.portal.policy = () => policy('z=3', '64.87.3.133 198.18.0.0/15 203.0.113.0/24');
    await host.agent.configure('test', { widest_block_v4: '16' });
    const { notes } = await host.agent.update('test');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.0/24\n');
    assert.match(notes.join(), /too wide.*198\.18\.0\.0\/15/);
  });
});

describe('what must never be blocked', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  let guard: GuardedPrefix[];

  beforeEach(async () => {
    guard = [];
    host = openAgentHost(folder());
    host.ports.upstream.neverBlock = () => Promise.resolve(guard);
    host.portal.policy = () => policy('z=1', '64.87.3.133 203.0.113.8/31');
    await host.agent.add('test', MANUAL, QUICK);
  });
  afterEach(() => host.agent.close());

  const gateway = { prefix: parsePrefix('203.0.113.9'), reason: 'default gateway' };

  it('is taken out, with a note that says why', async () => {
    guard = [gateway];
    const { notes } = await host.agent.update('test');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8\n');
    assert.match(notes.join(), /203\.0\.113\.9 is never blocked \(default gateway\)/);
    assert.deepEqual((await host.agent.lookup('203.0.113.9')).guarded, [
      { prefix: '203.0.113.9', reason: 'default gateway' },
    ]);
  });

  it('makes the policy be read again when it changes, in or out, and only if that matters', async () => {
    await host.agent.update('test');
    guard = [{ prefix: parsePrefix('192.0.2.77'), reason: 'time server' }];
    await host.agent.update('test');
    guard = [...guard, gateway];
    await host.agent.update('test');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8\n');
    guard = [];
    await host.agent.update('test');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8/31\n');
    assert.deepEqual(host.portal.known, [null, 'z=1', null, null]);
  });

  it('includes the address of the administrator, for a day also in scheduled refreshes', async () => {
    await host.agent.update('cli:ann@203.0.113.9');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8\n');
    host.clock.time += 23 * 3_600_000;
    await host.agent.update('schedule');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8\n');
    host.clock.time += 2 * 3_600_000;
    await host.agent.update('schedule');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8/31\n');
  });
});

describe('connections of newly blocked addresses', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  let cut: string[];
  let failure: FirewallError | null;

  beforeEach(async () => {
    cut = [];
    failure = null;
    const places = {
      tables: join(folder(), 'tables'),
      rules: join(folder(), 'state/dry-run.rules'),
      readAllowAction: () => Promise.resolve('exempt'),
    };
    const driver: FirewallDriver = {
      ...createDryRunDriver(places),
      dryRun: false,
      cutConnections(added) {
        if (failure !== null) return Promise.reject(failure);
        cut.push(...texts(added));
        return Promise.resolve(cut.length);
      },
    };
    host = openAgentHost(folder(), { driver });
    await host.agent.add('test', MANUAL, QUICK);
    await host.agent.update('test');
    host.portal.policy = () =>
      policy('z=2', '64.87.3.133 198.51.100.0/24 203.0.113.0/24', '198.51.100.7');
  });
  afterEach(() => host.agent.close());

  it('are ended when the policy is enabled: those of all that it blocks, once', async () => {
    const { message } = await host.agent.enable('test');
    assert.deepEqual(cut.splice(0), host.table('block')?.trim().split('\n'));
    assert.match(message, /^The policy is now enabled\. Ended 9 open connections\.$/);
    assert.equal((await host.agent.enable('test')).message, 'The policy was already enabled.');
    assert.deepEqual(cut, []);
  });

  it('that could not be ended are told of when the policy is enabled', async () => {
    failure = new FirewallError('conntrack: not permitted');
    const { message, outcome } = await host.agent.enable('test');
    assert.equal(outcome, 'done');
    assert.match(message, /enabled\. But connections .* may go on: conntrack: not permitted\.$/);
  });

  it('are ended when rules that were missing are put back', async () => {
    await host.agent.enable('test');
    cut.splice(0);
    rmSync(host.rulesFile);
    assert.match(
      (await host.agent.verify('test')).message,
      /put back; 9 open connections were ended/,
    );
  });

  it('are ended when a table that was changed is put back', async () => {
    await host.agent.enable('test');
    cut.splice(0);
    writeFileSync(host.tableFile('block'), '203.0.113.9\n');
    assert.match(
      (await host.agent.verify('test')).message,
      /put back; 9 open connections were ended/,
    );
  });

  it('are ended after the policy is in force, and counted', async () => {
    await host.agent.enable('test');
    cut.splice(0);
    const { run } = await host.agent.update('test');
    assert.deepEqual(cut, ['203.0.113.0/24']);
    assert.match(run.message, /Ended 1 open connection\.$/);
  });

  it('stay while the policy is disabled, or when that is set', async () => {
    await host.agent.update('test');
    assert.deepEqual(cut, []);
    await host.agent.configure('test', { cut_connections: 'no' });
    await host.agent.enable('test');
    host.portal.policy = () => policy('z=3', '192.0.2.0/24');
    await host.agent.update('test');
    assert.deepEqual(cut, []);
  });

  it('that could not be ended are a problem; the policy stays', async () => {
    await host.agent.enable('test');
    failure = new FirewallError('conntrack: not permitted');
    const { problems } = await host.agent.update('test');
    assert.equal(problems.at(-1)?.code, 'connections-not-cut');
    assert.match(host.table('block') ?? '', /203\.0\.113\.0\/24/);
  });
});

describe('a firewall that does not hold what was written', () => {
  const folder = temporaryFolder();

  it('gets the last good policy back, and the failure is told', async () => {
    const first = openAgentHost(folder());
    await first.agent.add('test', MANUAL, QUICK);
    await first.agent.update('test');
    const good = first.table('block');
    first.agent.close();

    let lying = true;
    const driver = first.ports.driver;
    const liar: FirewallDriver = {
      ...driver,
      async apply(plan) {
        await driver.apply(plan);
        if (lying) writeFileSync(first.tableFile('block'), '192.0.2.99\n');
        lying = false;
      },
    };
    const second = openAgentHost(folder(), { driver: liar });
    second.portal.policy = () => policy('z=2', '203.0.113.0/24');
    await assert.rejects(second.agent.update('test'), FirewallError);
    assert.equal(second.table('block'), good);
    assert.equal(second.ports.history.current()?.version, 'threatstop.local=1');
    second.agent.close();
  });

  it('that takes the old policy back neither is a failure with both reasons, and shown', async () => {
    const host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, QUICK);
    await host.agent.update('test');
    await host.agent.enable('test');
    const { driver } = host.ports;
    const liar: FirewallDriver = {
      ...driver,
      async apply(plan) {
        await driver.apply(plan);
        writeFileSync(host.tableFile('block'), '192.0.2.99\n');
      },
    };
    const second = openAgentHost(folder(), { driver: liar });
    second.portal.policy = () => policy('z=2', '203.0.113.0/24');
    await assert.rejects(
      second.agent.update('test'),
      /do not hold what was written.*putting the policy before back failed too/,
    );
    const { protection, problems } = await second.agent.status();
    assert.equal(protection.state, 'not-protecting');
    assert.match(problems[0]?.message ?? '', /failed too/);
    second.agent.close();
    host.agent.close();
  });
});

/** Path and content of every file below a folder, the files of the open database's journal aside. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/-(?:wal|shm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => `${path} ${readFileSync(path, 'latin1')}`);
}
