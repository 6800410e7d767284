import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { BusyError, FirewallError, PolicyError } from '../../src/core/errors.ts';
import type { FirewallDriver } from '../../src/core/ports.ts';
import { MANUAL, openAgentHost, policy, unreachable } from '../support/agent-host.ts';
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

  it('reads it again when a setting changed that the tables depend on', async () => {
    await host.agent.update('test');
    await host.agent.configure('test', { maxpolicysize: '1' });
    await host.agent.update('test');
    assert.equal(host.portal.known[1], null);
    assert.equal(host.table('block'), '64.87.3.133\n');
  });

  it('plans without touching anything', async () => {
    const { changes, run } = await host.agent.update('test', { plan: true });
    assert.equal(host.table('block'), null);
    assert.equal(run.outcome, 'unchanged');
    assert.match(run.message, /^Would enforce: block/);
    assert.ok(changes !== null && changes.length === 2);
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

  it('refuses to run beside another update, and names it', async () => {
    await host.ports.lock.hold('update', 'update by schedule', 0, async () => {
      await assert.rejects(
        host.agent.update('cli:root'),
        (error) => error instanceof BusyError && /update by schedule/.test(error.message),
      );
    });
  }).timeout(15_000);
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
});
