import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import {
  BusyError,
  FirewallError,
  PortalError,
  SettingsError,
  MissingListError,
} from '../../src/core/errors.ts';
import type { AgentPorts } from '../../src/tasks/agent-ports.ts';
import { createAgent } from '../../src/tasks/create-agent.ts';
import { AUTO, MANUAL, openAgentHost, policy, unreachable } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: false };
const FULL = { checkValidIp: true, checkPolicy: true };

describe('setting a device up', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(() => {
    host = openAgentHost(folder());
  });
  afterEach(() => host.agent.close());

  it('stores the settings for the owner only, reads the first policy and stays disabled', async () => {
    const { notes, update } = await host.agent.add('cli:root', MANUAL, FULL);
    assert.equal(statSync(host.ports.settingsStore.place).mode & 0o777, 0o600);
    assert.match(notes.join(), /203\.0\.113\.7.*list of authorized hosts/);
    assert.equal(update?.run.outcome, 'done');
    const { protection } = await host.agent.status();
    assert.equal(protection.state, 'disabled');
  });

  it('stores nothing when the address is not authorized', async () => {
    host.portal.address = () => ({ address: '203.0.113.7', authorized: false });
    await assert.rejects(host.agent.add('cli:root', MANUAL, FULL), /not in the list of authorized/);
    assert.equal(await host.ports.settingsStore.read(), null);
  });

  it('stores nothing for an unknown option, a bad value or one that misses the device id', async () => {
    for (const bad of [{ colour: 'red' }, { port: '0' }, { device_id: '' }]) {
      await assert.rejects(host.agent.add('test', { ...MANUAL, ...bad }, QUICK), SettingsError);
    }
    assert.equal(await host.ports.settingsStore.read(), null);
  });

  it('a list that is not there yet is a note and no failure; the update stays an open problem', async () => {
    host.portal.policy = () => {
      throw new MissingListError('Reading the policy (new.threatstop.local) failed: no such name.');
    };
    const { update, notes } = await host.agent.add('test', MANUAL, {
      checkValidIp: true,
      checkPolicy: true,
    });
    assert.equal(update, null);
    assert.deepEqual(notes.slice(0, 2), [
      'Your IP address: 203.0.113.7',
      'Address is in the list of authorized hosts',
    ]);
    assert.match(notes[2] ?? '', /not there yet.*up to 1 hour.*tries again by itself/);
    const { problems } = await host.agent.status();
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['policy-not-refreshed'],
    );
  });

  it('stays set up when the first policy is not there yet, and says why', async () => {
    host.portal.policy = unreachable;
    await assert.rejects(host.agent.add('test', MANUAL, FULL), /no connection/);
    const { protection, device } = await host.agent.status();
    assert.equal(device?.id, 'tdid_abcd1234');
    assert.equal(protection.sentence, 'Disabled: there is no policy yet.');
  });

  it('takes the portal’s settings in an automatic installation', async () => {
    await host.agent.add('test', AUTO, FULL);
    const resolved = await host.agent.settings();
    assert.ok(resolved !== null);
    assert.deepEqual(resolved.values.block_list, ['basic.threatstop.local']);
    assert.equal(resolved.origins.block_list, 'portal');
    assert.equal(resolved.origins.device_id, 'local');
  });

  it('stores nothing when the portal refuses the device or sends settings that cannot be used', async () => {
    host.portal.record = () => {
      throw new PortalError('asking for settings: the portal does not know the key');
    };
    await assert.rejects(host.agent.add('test', AUTO, QUICK), PortalError);
    host.portal.record = () => ({ serial: 1, values: { port: '-1' } });
    await assert.rejects(host.agent.add('test', AUTO, QUICK), /option port/);
    assert.equal(await host.ports.settingsStore.read(), null);
  });

  it('keeps an enabled device enabled', async () => {
    await host.agent.add('test', MANUAL, FULL);
    await host.agent.enable('test');
    await host.agent.add('test', { ...MANUAL, nickname: 'again' }, FULL);
    assert.equal((await host.agent.status()).protection.state, 'dry-run');
  });
});

describe('web automation', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', AUTO, FULL);
  });
  afterEach(() => host.agent.close());

  it('brings a change on the portal, shows it and applies it', async () => {
    host.portal.record = () => ({
      serial: 2,
      values: { block_list: 'other.threatstop.local', nickname: 'gate' },
    });
    await host.agent.update('schedule');
    const settings = host.ports.runs.last('settings');
    assert.match(settings?.message ?? '', /block_list: basic\.threatstop\.local → other/);
    assert.deepEqual((await host.agent.status()).lists.block, ['other.threatstop.local']);
  });

  it('keeps the last settings and the policy when the portal cannot be reached, and says so', async () => {
    host.portal.record = () => {
      throw new PortalError('asking 192.0.2.5 for settings: no connection');
    };
    const { run } = await host.agent.update('schedule');
    assert.equal(run.task, 'update');
    const { portal, lists, problems } = await host.agent.status();
    assert.equal(portal.reachable, false);
    assert.match(portal.reason, /no connection/);
    assert.deepEqual(lists.block, ['basic.threatstop.local']);
    assert.ok(problems.some(({ code }) => code === 'portal-not-reachable'));
  });

  it('refuses a record with one bad value as a whole', async () => {
    host.portal.record = () => ({
      serial: 2,
      values: { block_list: 'other.threatstop.local', port: 'x' },
    });
    await host.agent.update('schedule');
    const { lists, portal } = await host.agent.status();
    assert.deepEqual(lists.block, ['basic.threatstop.local']);
    assert.match(portal.reason, /option port: "x"/);
  });
});

describe('enabling and disabling', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, FULL);
  });
  afterEach(() => host.agent.close());

  it('puts the rules in and out, and remembers what is wanted', async () => {
    assert.equal((await host.agent.enable('page:admin')).outcome, 'done');
    assert.ok(existsSync(host.rulesFile));
    const { protection } = await host.agent.status();
    assert.equal(protection.state, 'dry-run');
    assert.match(protection.sentence, /dry run/);
    assert.equal((await host.agent.disable('page:admin')).outcome, 'done');
    assert.ok(!existsSync(host.rulesFile));
    assert.equal((await host.agent.settings())?.values.enabled, false);
  });

  it('is no change the second time', async () => {
    await host.agent.enable('test');
    assert.equal((await host.agent.enable('test')).outcome, 'unchanged');
  });

  it('is refused without a policy', async () => {
    host.ports.history.clear();
    await assert.rejects(host.agent.enable('test'), FirewallError);
    assert.equal((await host.agent.settings())?.values.enabled, false);
  });

  it('who insists on disabling gets past a task that neither ends nor can be ended, and is told', async () => {
    await host.agent.enable('test');
    const hung = 'another task is running: verify by schedule';
    const asked: (string | number)[] = [];
    const lock: AgentPorts['lock'] = {
      hold: (_name, _what, waitMs) => {
        asked.push(waitMs);
        return Promise.reject(new BusyError(hung));
      },
      endHolder: (name) => {
        asked.push(name);
        return Promise.resolve({ name: 'verify by schedule (process 7)', ended: false });
      },
    };
    const agent = createAgent({ ...host.ports, lock });
    await assert.rejects(agent.disable('page:ann'), BusyError);
    asked.length = 0;
    const { outcome, message } = await agent.disable('cli:ann', { insist: true });
    assert.deepEqual(asked, [10_000, 'firewall', 2_000]);
    assert.equal(outcome, 'done');
    assert.match(
      message,
      /now disabled\. .*verify by schedule \(process 7\)\. Its process could not be ended/,
    );
    assert.equal((await host.agent.status()).protection.state, 'disabled');
  });

  it('disables also when the settings cannot be read', async () => {
    await host.agent.enable('test');
    writeFileSync(host.ports.settingsStore.place, 'junk\n');
    await assert.rejects(host.agent.disable('test'), SettingsError);
    assert.ok(!existsSync(host.rulesFile));
  });
});

describe('the state of protection', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, FULL);
    await host.agent.enable('test');
  });
  afterEach(() => host.agent.close());

  const protection = async () => (await host.agent.status()).protection;

  it('is "not protecting" when the rules are gone', async () => {
    rmSync(host.rulesFile);
    assert.deepEqual(
      [(await protection()).state, (await protection()).sentence],
      ['not-protecting', 'Not protecting: the rules are not in place.'],
    );
  });

  it('is "not protecting" when a table was changed or is gone', async () => {
    writeFileSync(host.tableFile('block'), '192.0.2.1\n');
    assert.match((await protection()).sentence, /ThreatSTOP_block does not hold the policy/);
    rmSync(host.tableFile('block'));
    rmSync(host.tableFile('allow'));
    assert.match((await protection()).sentence, /ThreatSTOP_block and ThreatSTOP_allow do not/);
  });

  it('is "not protecting" when bridged packets pass by the rules', async () => {
    const { driver } = host.ports;
    const bridged = {
      code: 'bridge-not-filtered',
      severity: 'error',
      message: 'bridged packets are not filtered: br_netfilter is missing',
      remedy: 'Load it.',
    } as const;
    const verify = async () => ({ ...(await driver.verify()), problems: [bridged] });
    const { protection: found } = await createAgent({
      ...host.ports,
      driver: { ...driver, verify },
    }).status();
    assert.deepEqual(
      [found.state, found.sentence, found.remedy],
      ['not-protecting', `Not protecting: ${bridged.message}.`, bridged.remedy],
    );
  });

  it('is "not protecting" when the settings cannot be used, and names the line', async () => {
    writeFileSync(host.ports.settingsStore.place, 'enabled=yes\nwhat is this\n');
    const { state, sentence } = await protection();
    assert.equal(state, 'not-protecting');
    assert.match(sentence, /line 2/);
  });

  it('is mended by the next check, from the copy on disk', async () => {
    const good = host.table('block');
    writeFileSync(host.tableFile('block'), '192.0.2.1\n');
    rmSync(host.rulesFile);
    host.portal.policy = unreachable;
    const run = await host.agent.verify('schedule');
    assert.equal(run.outcome, 'done');
    assert.match(run.message, /ThreatSTOP_block differed.*rules were missing/);
    assert.equal(host.table('block'), good);
    assert.equal((await protection()).state, 'dry-run');
  });

  it('cannot be mended from a damaged copy, and says what to do', async () => {
    writeFileSync(host.tableFile('block'), '192.0.2.1\n');
    const hash = host.ports.history.current()?.tables.block.hash ?? '';
    truncateSync(`${folder()}/state/policies/${hash}.table`, 9);
    await assert.rejects(host.agent.verify('schedule'), /no whole copy on disk/);
    const { problems } = await host.agent.status();
    assert.ok(problems.some(({ code }) => code === 'enforcement-not-mended'));
  });

  it('has rules taken out that were put in behind its back', async () => {
    await host.agent.disable('test');
    writeFileSync(host.rulesFile, 'rules');
    const run = await host.agent.verify('schedule');
    assert.match(run.message, /taken out/);
    assert.ok(!existsSync(host.rulesFile));
  });
});

describe('removing', () => {
  const folder = temporaryFolder();

  it('takes out rules, tables, settings and the policy; a second time is fine', async () => {
    const host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, FULL);
    await host.agent.enable('test');
    await host.agent.remove('test');
    await host.agent.remove('test');
    assert.equal(host.table('block'), null);
    assert.ok(!existsSync(host.rulesFile));
    const { protection, policy: current, device } = await host.agent.status();
    assert.equal(protection.state, 'not-set-up');
    assert.equal(current, null);
    assert.equal(device, null);
    assert.equal((await host.agent.activity(1))[0]?.task, 'remove');
    host.agent.close();
  });
});

describe('looking an address up', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    host = openAgentHost(folder());
    host.portal.policy = () =>
      policy('z=1', '64.87.3.133 64.87.3.0/24 2001:db8::/32', '198.51.100.7');
    await host.agent.add('test', MANUAL, FULL);
  });
  afterEach(() => host.agent.close());

  const verdict = async (query: string) => (await host.agent.lookup(query)).verdict;

  it('names the entries that block it, the most specific first', async () => {
    const { verdict: found, entries, lists } = await host.agent.lookup(' 64.87.3.133 ');
    assert.equal(found, 'blocked');
    assert.deepEqual(
      entries.map(({ table, prefix }) => `${table} ${prefix}`),
      ['block 64.87.3.133', 'block 64.87.3.0/24'],
    );
    assert.deepEqual(lists, ['basic.threatstop.local', 'dns.threatstop.local']);
  });

  it('tells allowed, partly blocked and unlisted ones apart, in both families', async () => {
    assert.equal(await verdict('198.51.100.7'), 'allowed');
    assert.equal(await verdict('64.87.0.0/16'), 'partly');
    const { entries } = await host.agent.lookup('64.87.0.0/16');
    assert.deepEqual(
      entries.map(({ table, prefix }) => [table, prefix]),
      [
        ['block', '64.87.3.0/24'],
        ['block', '64.87.3.133'],
      ],
    );
    assert.equal(await verdict('192.0.2.1'), 'not-listed');
    assert.equal(await verdict('2001:db8:1::/48'), 'blocked');
  });

  it('refuses what is no address', async () => {
    await assert.rejects(host.agent.lookup('bad.threatstop.com'), /bad\.threatstop\.com/);
  });

  it('sees a new policy at once', async () => {
    assert.equal(await verdict('192.0.2.1'), 'not-listed');
    host.portal.policy = () => policy('z=2', '192.0.2.0/24');
    host.clock.time += 1000;
    await host.agent.update('test');
    assert.equal(await verdict('192.0.2.1'), 'blocked');
  });
});
