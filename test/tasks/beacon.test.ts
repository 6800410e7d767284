import assert from 'node:assert/strict';
import { PortalError } from '../../src/core/errors.ts';
import { AUTO, MANUAL, openAgentHost, unreachable } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the beacon', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(() => {
    host = openAgentHost(folder());
  });
  afterEach(() => host.agent.close());
  const options = { checkValidIp: false, checkPolicy: true };

  it('tells with each update what the firewall holds', async () => {
    await host.agent.add('test', AUTO, options);
    await host.agent.enable('test');
    await host.agent.update('schedule');
    const beacon = host.portal.beacons.at(-1);
    const { enforced, policy } = await host.agent.status();
    assert.ok(beacon !== undefined);
    assert.equal(beacon.device_id, AUTO['device_id']);
    assert.equal(beacon.enabled, true);
    assert.equal(beacon.policy, policy?.version);
    assert.deepEqual(beacon.tables, enforced?.tables);
    assert.equal(beacon.last_refresh, new Date(host.clock.now()).toISOString());
    assert.deepEqual([beacon.last_upload, beacon.lag_seconds], [null, 0]);
  });

  it('tells of a failed update too, with the reason', async () => {
    await host.agent.add('test', AUTO, options);
    host.portal.policy = unreachable;
    await assert.rejects(host.agent.update('schedule'));
    const codes = host.portal.beacons.at(-1)?.problems.map(({ code }) => code);
    assert.deepEqual(codes, ['policy-not-refreshed']);
  });

  it('one that is not taken fails nothing, and is shown until one is', async () => {
    await host.agent.add('test', AUTO, options);
    host.portal.hear = () => {
      throw new PortalError('logs.example: status 503');
    };
    const { run } = await host.agent.update('schedule');
    assert.notEqual(run.outcome, 'failed');
    const { beacon, problems } = await host.agent.status();
    assert.deepEqual([beacon.reachable, beacon.reason], [false, 'logs.example: status 503']);
    assert.deepEqual(problems, []);
    host.portal.hear = () => undefined;
    await host.agent.update('schedule');
    assert.equal((await host.agent.status()).beacon.reachable, true);
  });

  it('a device that is set up by hand, or a plan, sends none', async () => {
    await host.agent.add('test', MANUAL, options);
    await host.agent.update('schedule');
    assert.equal(host.portal.beacons.length, 0);
    assert.equal((await host.agent.status()).beacon.reachable, null);
    await host.agent.add('test', AUTO, options);
    const before = host.portal.beacons.length;
    await host.agent.update('test', { plan: true });
    assert.equal(host.portal.beacons.length, before);
  });
});
