import assert from 'node:assert/strict';
import { FirewallError } from '../../src/core/errors.ts';
import type { FirewallDriver } from '../../src/core/ports.ts';
import { createAgent } from '../../src/tasks/create-agent.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { MANUAL, openAgentHost, policy, unreachable } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ACTOR = 'page:ann@203.0.113.77';
const HOUR = 3_600_000;
const UNCHECKED = { checkValidIp: false, checkPolicy: true };

describe('local exemptions', () => {
  const folder = temporaryFolder();

  /** A device that enforces 64.87.3.133 and 198.51.100.0/24 without .7, with its portal gone. */
  async function device(change: Parameters<typeof openAgentHost>[1] = {}) {
    const host = openAgentHost(folder(), change);
    await host.agent.add(ACTOR, MANUAL, UNCHECKED);
    await host.agent.enable(ACTOR);
    host.portal.policy = unreachable;
    return host;
  }

  const lines = (host: Awaited<ReturnType<typeof device>>) =>
    (host.table('block') ?? '').trim().split('\n');
  const allow = (prefix: string, forMs: number | null = null) =>
    ({ action: 'allow', prefix, forMs }) as const;
  const block = (prefix: string, forMs: number | null = null) =>
    ({ action: 'block', prefix, forMs }) as const;

  it('are in force at once, without a network, and the firewall is held against them', async () => {
    const host = await device();
    const run = await host.agent.exempt(ACTOR, allow('64.87.3.133', HOUR));
    assert.deepEqual([run.task, run.actor, run.outcome], ['exempt', ACTOR, 'done']);
    assert.match(run.message, /^64\.87\.3\.133 is allowed here until 2026-11-20 13:00:00 UTC/);
    assert.ok(!lines(host).includes('64.87.3.133'));
    await host.agent.exempt(ACTOR, block('203.0.113.9'));
    assert.ok(lines(host).includes('203.0.113.9'));
    const status = await host.agent.status();
    assert.equal(status.protection.state, 'dry-run');
    assert.equal(status.enforced?.tables.block?.hash, status.policy?.tables.block.hash);
    assert.deepEqual(
      status.exemptions.map(({ action, prefix, until }) => [action, prefix, until]),
      [
        ['block', '203.0.113.9', null],
        ['allow', '64.87.3.133', host.clock.now() + HOUR],
      ],
    );
    assert.equal((await host.agent.verify(ACTOR)).outcome, 'unchanged');
    assert.equal((await host.agent.activity(1))[0]?.task, 'verify');
    host.agent.close();
  });

  it('end by themselves, and what the lists say is back', async () => {
    const host = await device();
    const before = host.table('block');
    await host.agent.exempt(ACTOR, allow('64.87.3.133', HOUR));
    assert.equal(await host.agent.settleExemptions('schedule'), null);
    host.clock.time += HOUR;
    const run = await host.agent.settleExemptions('schedule');
    assert.match(run?.message ?? '', /^Ended: allow 64\.87\.3\.133/);
    assert.equal(host.table('block'), before);
    assert.equal((await host.agent.status()).policy?.local, undefined);
    assert.equal(await host.agent.settleExemptions('schedule'), null);
    host.agent.close();
  });

  it('can be revoked, and changed by giving the address again', async () => {
    const host = await device();
    const before = host.table('block');
    await host.agent.exempt(ACTOR, allow('64.87.3.133'));
    await host.agent.exempt(ACTOR, block('64.87.3.133'));
    assert.equal(host.table('block'), before);
    const run = await host.agent.revoke(ACTOR, '64.87.3.133');
    assert.match(run.message, /no longer blocked/);
    assert.deepEqual(await host.agent.exemptions(), []);
    await assert.rejects(host.agent.revoke(ACTOR, '64.87.3.133'), /there is no exemption/);
    host.agent.close();
  });

  it('stay over a refresh, and a policy that is as it was is not read again for them', async () => {
    const host = await device();
    await host.agent.exempt(ACTOR, allow('64.87.3.133'));
    host.portal.policy = () => 'unchanged';
    assert.equal((await host.agent.update(ACTOR)).changes, null);
    assert.equal(host.portal.known.at(-1), 'threatstop.local=1');
    host.portal.policy = () => policy('threatstop.local=2', '64.87.3.133 198.51.100.8');
    await host.agent.update(ACTOR);
    assert.deepEqual(lines(host), ['198.51.100.8']);
    await host.agent.revoke(ACTOR, '64.87.3.133');
    assert.deepEqual(lines(host), ['64.87.3.133', '198.51.100.8']);
    host.agent.close();
  });

  it('are put in force after a kill between the list and the firewall, also one that ended since', async () => {
    const host = await device();
    const killed = { action: 'allow', prefix: '64.87.3.133', created: 0, actor: ACTOR } as const;
    host.ports.exemptions.save({ ...killed, until: host.clock.now() + HOUR });
    // The service starts anew: the tables of the record first, then what is to be.
    const again = createAgent(host.ports);
    assert.equal((await again.verify('schedule')).outcome, 'unchanged');
    assert.equal((await again.settleExemptions('schedule'))?.message, 'Put exemptions in force.');
    assert.ok(!lines(host).includes('64.87.3.133'));
    host.clock.time += 2 * HOUR;
    await again.settleExemptions('schedule');
    assert.ok(lines(host).includes('64.87.3.133'));
    host.agent.close();
  });

  it('leave nothing behind when the firewall refuses', async () => {
    const host = await device();
    const before = host.table('block');
    const refusing: FirewallDriver = {
      ...host.ports.driver,
      apply: (plan) =>
        plan.wanted.block.v4.size !== 10
          ? host.ports.driver.apply(plan)
          : Promise.reject(new FirewallError('no room')),
    };
    const agent = createAgent({ ...host.ports, driver: refusing });
    await assert.rejects(agent.exempt(ACTOR, block('203.0.113.9')), /no room/);
    assert.deepEqual(await agent.exemptions(), []);
    assert.equal(host.table('block'), before);
    assert.equal((await agent.activity(1))[0]?.outcome, 'failed');
    host.agent.close();
  });

  it('block nothing that is guarded, and nothing very wide', async () => {
    const guard = [{ prefix: parsePrefix('203.0.113.1'), reason: 'default gateway' }];
    const host = await device();
    const upstream = { ...host.ports.upstream, neverBlock: () => Promise.resolve(guard) };
    const agent = createAgent({ ...host.ports, upstream });
    await assert.rejects(
      agent.exempt(ACTOR, block('203.0.113.1')),
      /never blocked: default gateway/,
    );
    await assert.rejects(
      agent.exempt(ACTOR, block('203.0.113.77')),
      /never blocked: address of an/,
    );
    await assert.rejects(agent.exempt(ACTOR, allow('0.0.0.0/0')), /too wide/);
    await assert.rejects(agent.exempt(ACTOR, allow('<b>')), /is not an IP address/);
    await agent.exempt(ACTOR, block('203.0.113.0/31'));
    assert.ok(lines(host).includes('203.0.113.0'));
    assert.ok(!lines(host).includes('203.0.113.1'));
    host.agent.close();
  });

  it('wait for the first policy, and go with the device', async () => {
    const host = openAgentHost(folder());
    await host.agent.add(ACTOR, MANUAL, { checkValidIp: false, checkPolicy: false });
    await host.agent.exempt(ACTOR, allow('64.87.3.133'));
    await host.agent.update(ACTOR);
    assert.ok(!(host.table('block') ?? '').includes('64.87.3.133'));
    await host.agent.remove(ACTOR);
    assert.deepEqual(await host.agent.exemptions(), []);
    host.agent.close();
  });
});
