import assert from 'node:assert/strict';
import type { GuardedPrefix } from '../../src/core/policy.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { MANUAL, openAgentHost, policy, unreachable } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: true };

describe('an address the host is given while its policy is in force', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  let neighbours: GuardedPrefix[];

  beforeEach(async () => {
    neighbours = [{ prefix: parsePrefix('127.0.0.0/8'), reason: 'loopback' }];
    host = openAgentHost(folder());
    host.ports.neighbours = () => Promise.resolve(neighbours);
    host.ports.upstream.neverBlock = () => Promise.resolve(neighbours);
    host.portal.policy = () => policy('z=1', '64.87.3.133 203.0.113.8/30 2001:db8:5::/48');
    await host.agent.add('test', MANUAL, QUICK);
    await host.agent.update('test');
    await host.agent.enable('test');
    // Its own policy cuts the host off: nothing can be read any more.
    host.portal.policy = unreachable;
    neighbours = [
      ...neighbours,
      { prefix: parsePrefix('203.0.113.9'), reason: 'address of this device' },
      { prefix: parsePrefix('198.51.100.1'), reason: 'default gateway' },
    ];
  });
  afterEach(() => host.agent.close());

  it('is taken out of the block list by the check of each minute', async () => {
    const { message } = await host.agent.verify('schedule');
    assert.equal(
      message,
      'Mended: 203.0.113.9 (address of this device) was taken out of the block list.',
    );
    assert.equal(
      host.table('block'),
      '64.87.3.133\n203.0.113.8\n203.0.113.10/31\n2001:db8:5::/48\n',
    );
    assert.equal((await host.agent.verify('schedule')).outcome, 'unchanged');
    assert.deepEqual((await host.agent.lookup('203.0.113.9')).guarded, [
      { prefix: '203.0.113.9', reason: 'address of this device' },
    ]);
  });

  it('stays out when an exemption is made and ends', async () => {
    await host.agent.exempt('test', { action: 'allow', prefix: '64.87.3.133', forMs: null });
    await host.agent.verify('schedule');
    assert.equal(host.table('block'), '203.0.113.8\n203.0.113.10/31\n2001:db8:5::/48\n');
    await host.agent.revoke('test', '64.87.3.133');
    assert.equal(
      host.table('block'),
      '64.87.3.133\n203.0.113.8\n203.0.113.10/31\n2001:db8:5::/48\n',
    );
  });

  it('is blocked again when the host has it no more and the policy can be read', async () => {
    await host.agent.verify('schedule');
    neighbours = neighbours.slice(0, 1);
    host.portal.policy = () => policy('z=1', '64.87.3.133 203.0.113.8/30 2001:db8:5::/48');
    await host.agent.update('test');
    assert.equal(host.table('block'), '64.87.3.133\n203.0.113.8/30\n2001:db8:5::/48\n');
  });

  it('costs no look at the tables where nothing came', async () => {
    await host.agent.verify('schedule');
    const store = host.ports.policyStore;
    const real = store.load.bind(store);
    let loads = 0;
    Object.assign(store, {
      load: (...args: Parameters<typeof store.load>) => {
        loads += 1;
        return real(...args);
      },
    });
    await host.agent.verify('schedule');
    assert.equal(loads, 0);
  });
});
