import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FirewallError } from '../../src/core/errors.ts';
import { createPfsenseDriver } from '../../src/firewall/pfsense/driver.ts';
import { AUTO, MANUAL, openAgentHost } from '../support/agent-host.ts';
import { createFakePfsense } from '../support/fake-pfsense.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const QUICK = { checkValidIp: false, checkPolicy: true };

describe('allow_action', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  const open = (change: Parameters<typeof openAgentHost>[1] = {}) => {
    host = openAgentHost(folder(), change);
    return host.agent;
  };
  afterEach(() => host.agent.close());
  const passes = () => readFileSync(host.rulesFile, 'utf8').includes('pass in log quick');

  it('is exempt by default: there is no rule for the allow list', async () => {
    const agent = open();
    await agent.add('test', MANUAL, QUICK);
    await agent.enable('test');
    assert.ok(!passes());
  });

  it('changes the rules at once where the policy is enabled, and nothing where it is not', async () => {
    const agent = open();
    await agent.add('test', MANUAL, QUICK);
    await agent.configure('test', { allow_action: 'pass' });
    assert.equal((await agent.status()).enforced?.rulesInPlace, false);
    await agent.enable('test');
    assert.ok(passes());
    await agent.configure('test', { allow_action: 'exempt' });
    assert.ok(!passes());
    await agent.configure('test', { allow_action: 'ACCEPT' });
    assert.ok(passes());
  });

  it('that the firewall does not take is not kept', async () => {
    const agent = open();
    await agent.add('test', MANUAL, QUICK);
    await agent.enable('test');
    const driver = { ...host.ports.driver };
    Object.assign(host.ports.driver, {
      enable: () => Promise.reject(new FirewallError('allow_action: there is no chain "NOSUCH"')),
    });
    await assert.rejects(agent.configure('test', { allow_action: 'NOSUCH' }), /no chain "NOSUCH"/);
    Object.assign(host.ports.driver, driver);
    assert.equal((await agent.settings())?.values.allow_action, 'exempt');
    assert.equal((await agent.status()).enforced?.rulesInPlace, true);
  });

  it('and another prefix of the sets are in force at once, rules and tables', async () => {
    const agent = open();
    await agent.add('test', MANUAL, QUICK);
    await agent.enable('test');
    const before = host.table('block');
    // As with sets of a prefix that is new: there is neither a table nor a rule for it.
    rmSync(host.tableFile('block'));
    rmSync(host.rulesFile);
    await agent.configure('test', { tsprefix: 'XX' });
    assert.equal(host.table('block'), before);
    assert.equal((await agent.status()).enforced?.rulesInPlace, true);
  });

  it('follows the portal, with a record', async () => {
    const agent = open();
    await agent.add('test', AUTO, QUICK);
    await agent.enable('test');
    const block_list = 'basic.threatstop.local';
    host.portal.record = () => ({ serial: 2, values: { block_list, allow_action: 'pass' } });
    await agent.update('schedule');
    assert.ok(passes());
    assert.equal(host.ports.runs.last('configure')?.message, 'The rules follow the new settings.');
  });

  it('of the portal does not keep the policy from being updated when the rules cannot follow', async () => {
    const agent = open();
    await agent.add('test', AUTO, QUICK);
    await agent.enable('test');
    const { driver } = host.ports;
    host.portal.record = () => ({
      serial: 2,
      values: { block_list: 'basic.threatstop.local', allow_action: 'pass' },
    });
    Object.assign(driver, { enable: () => Promise.reject(new FirewallError('does not load')) });
    const { run } = await agent.update('schedule');
    assert.notEqual(run.outcome, 'failed');
    assert.match(host.ports.runs.last('configure')?.message ?? '', /does not load/);
  });

  it('reaches pfSense as the portal decides it', async () => {
    const place = join(folder(), 'pfsense');
    mkdirSync(place);
    const pfsense = createFakePfsense(place);
    const agent = open({ driver: createPfsenseDriver(pfsense) });
    await agent.add('test', MANUAL, QUICK);
    await agent.enable('test');
    const count = () => pfsense.pf.rules.filter((rule) => rule.includes('ThreatSTOP')).length;
    assert.equal(count(), 2);
    pfsense.allowAction = 'pass';
    await agent.configure('test', { nickname: 'edge' });
    assert.equal(count(), 3);
  });
});
