/** Web automation against the real portal: TLS, TSIG, policy DNS, intake; only the clock of the device is the test's. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { RawSettings } from '../../src/core/ports.ts';
import { openPorts } from '../../src/main/open-agent.ts';
import { createLazyUpstream } from '../../src/main/lazy-upstream.ts';
import type { Portal } from '../../src/portal/portal.ts';
import type { IssuedDevice } from '../../src/portal/model/devices.ts';
import { systemClock } from '../../src/system/clock.ts';
import type { Agent } from '../../src/tasks/agent.ts';
import { createAgent } from '../../src/tasks/create-agent.ts';
import { startPortal, TestLog } from '../support/portal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('web automation with the portal', () => {
  const folder = temporaryFolder();
  let portal: Portal;
  let device: IssuedDevice;
  let agent: Agent;
  /** How far the clock of the device is off, ms. */
  let skewMs = 0;

  beforeEach(async () => {
    portal = await startPortal(join(folder(), 'portal'));
    device = portal.addDevice({ nickname: 'edge', settings: { policy_interval: '30' } });
    skewMs = 0;
    agent = openDevice();
    await agent.add('cli:ann', linked(), { checkValidIp: true, checkPolicy: true });
  });
  afterEach(async () => {
    agent.close();
    await portal.close();
  });

  function openDevice(): Agent {
    const clock = { ...systemClock, now: () => Date.now() + skewMs };
    const ports = openPorts({ root: join(folder(), 'host'), platform: 'dry-run' }, new TestLog());
    const upstream = createLazyUpstream(clock, {}, ports.zoneCopies);
    return createAgent({ ...ports, clock, upstream });
  }

  const linked = (): RawSettings => ({
    type: 'auto',
    device_id: device.id,
    auto_key: device.autoKey,
    settings_server: portal.addresses.settings.host,
    settings_port: String(portal.addresses.settings.port),
    portal_pin: portal.pin,
  });

  /** What the administrator sets on the portal's page. */
  function setOnPortal(settings: RawSettings): void {
    const { devices } = portal.store;
    const now = devices.get(device.id);
    assert.ok(now !== null);
    devices.save({ ...now, settings }, device.autoKey);
  }

  const activityOf = async (task: string) =>
    (await agent.activity(50)).filter((run) => run.task === task).map(({ message }) => message);

  it('settings and policy come with the set-up, and the beacon arrives', async () => {
    const settings = await agent.settings();
    assert.equal(settings?.values.policy_interval, 30);
    assert.equal(settings.origins.policy_interval, 'portal');
    assert.equal((await agent.status()).policy?.tables.block.entries, 2);
    const said = JSON.parse(portal.beacon(device.id)?.body ?? '{}') as Record<string, unknown>;
    assert.equal(said['device_id'], device.id);
    assert.equal(said['state'], 'disabled');
    const { beacon, enforced } = await agent.status();
    assert.deepEqual(said['tables'], enforced?.tables);
    assert.equal(beacon.reachable, true);
  });

  it('a change arrives, is shown as a diff, and is applied', async () => {
    setOnPortal({ policy_interval: '60', maxpolicysize: '1' });
    await agent.update('schedule');
    const [message] = await activityOf('settings');
    assert.match(message ?? '', /policy_interval: 30 → 60/);
    assert.match(message ?? '', /maxpolicysize: \(not set\) → 1/);
    assert.doesNotMatch(
      JSON.stringify(await agent.activity(50)),
      new RegExp(device.autoKey.slice(0, 12)),
    );
    assert.equal((await agent.settings())?.values.policy_interval, 60);
    assert.equal((await agent.status()).policy?.tables.block.entries, 1);
    setOnPortal({});
    await agent.update('schedule');
    assert.match((await activityOf('settings'))[0] ?? '', /maxpolicysize: 1 → \(not set\)/);
  });

  it('a record with one bad value changes nothing, and the option is named', async () => {
    setOnPortal({ policy_interval: '60', maxpolicysize: 'many' });
    await agent.update('schedule');
    assert.equal((await agent.settings())?.values.policy_interval, 30);
    const { portal: reach } = await agent.status();
    assert.equal(reach.reachable, false);
    assert.match(reach.reason, /maxpolicysize.*"many"/);
  });

  it('the portal wins where it sets an option, the device elsewhere, and both are visible', async () => {
    await agent.configure('cli:ann', { policy_interval: '120', compact: 'never' });
    const settings = await agent.settings();
    assert.deepEqual(
      [settings?.values.policy_interval, settings?.origins.policy_interval],
      [30, 'portal'],
    );
    assert.deepEqual([settings?.values.compact, settings?.origins.compact], ['never', 'local']);
    await agent.update('schedule');
    assert.equal((await agent.settings())?.values.compact, 'never');
  });

  it('a clock that is off is told as such, and everything works on', async () => {
    await agent.enable('cli:ann');
    skewMs = 3_600_000;
    await assert.rejects(agent.update('schedule'), /clock/);
    const { portal: reach, protection } = await agent.status();
    assert.match(reach.reason, /clock differs by 3\d{3} s; set NTP/);
    assert.equal(protection.state, 'dry-run');
  });

  it('without the portal everything works on with the last settings, and it is found again', async () => {
    await agent.enable('cli:ann');
    const { settings, policy, intakeUrl } = portal.addresses;
    await portal.close();
    await assert.rejects(agent.update('schedule'));
    const status = await agent.status();
    assert.equal(status.protection.state, 'dry-run');
    assert.equal(status.portal.reachable, false);
    assert.equal(status.beacon.reachable, false);
    assert.equal((await agent.settings())?.values.policy_interval, 30);
    agent.close();
    agent = openDevice();
    assert.equal((await agent.settings())?.origins.policy_interval, 'portal');

    const ports = {
      settings: settings.port,
      policy: policy.port,
      intake: Number(new URL(intakeUrl).port),
    };
    portal = await startPortal(join(folder(), 'portal'), { ports });
    await agent.update('schedule');
    const after = await agent.status();
    assert.deepEqual([after.portal.reachable, after.beacon.reachable], [true, true]);
  });
}).timeout(60_000);
