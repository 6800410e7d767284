import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createPfsenseDriver } from '../../src/firewall/pfsense/driver.ts';
import { MANUAL, openAgentHost, policy } from '../support/agent-host.ts';
import { createFakePfsense, type FakePfsense } from '../support/fake-pfsense.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { mkdirSync } from 'node:fs';

describe('a policy that does not fit', () => {
  const folder = temporaryFolder();
  let pfsense: FakePfsense;
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    const place = join(folder(), 'pfsense');
    mkdirSync(place);
    pfsense = createFakePfsense(place);
    host = openAgentHost(folder(), { driver: createPfsenseDriver(pfsense) });
    host.portal.policy = () => policy('z=1', '64.87.3.133', '');
    await host.agent.add('test', MANUAL, { checkValidIp: false, checkPolicy: true });
    pfsense.pf.tableEntries = 5;
    host.portal.policy = () => policy('z=2', '64.87.3.133 198.51.100.2 198.51.100.9', '');
    await assert.rejects(host.agent.update('test'), /pf is limited to 5/);
  });
  afterEach(() => host.agent.close());

  const problems = async () => (await host.agent.status()).problems;

  it('leaves the tables as they were, and is one problem with the number to set', async () => {
    assert.deepEqual(pfsense.pf.tables['ThreatSTOP_block'], ['64.87.3.133']);
    const [problem, ...others] = await problems();
    assert.deepEqual([problem?.code, problem?.raiseTo], ['table-too-small', 400_000]);
    assert.match(problem?.remedy ?? '', /System > Advanced.*tsadmin update --raise-limit/);
    assert.deepEqual(others, []);
  });

  it('is taken after the limit was raised', async () => {
    const run = await host.agent.raiseTableLimit('page:ann');
    assert.deepEqual([run.task, run.outcome], ['configure', 'done']);
    assert.match(run.message, /from 5 to 400000; update again/);
    await host.agent.update('test');
    assert.equal(pfsense.pf.tables['ThreatSTOP_block']?.length, 3);
    assert.deepEqual(await problems(), []);
    assert.equal((await host.agent.raiseTableLimit('page:ann')).outcome, 'unchanged');
  });

  it('stays a problem when pfSense refuses the number', async () => {
    pfsense.refuseNext = { message: 'the ruleset does not load', remedy: '' };
    await assert.rejects(host.agent.raiseTableLimit('page:ann'), /does not load/);
    assert.equal((await problems())[0]?.code, 'table-too-small');
    assert.equal(pfsense.pf.tableEntries, 5);
  });

  it('is no problem any more when a smaller one comes', async () => {
    host.portal.policy = () => policy('z=3', '64.87.3.133', '');
    await host.agent.update('test');
    assert.deepEqual(await problems(), []);
  });

  it('is raised once when two administrators click at once', async () => {
    const runs = await Promise.all([
      host.agent.raiseTableLimit('page:ann'),
      host.agent.raiseTableLimit('page:bob'),
    ]);
    assert.deepEqual(runs.map(({ outcome }) => outcome).toSorted(), ['done', 'unchanged']);
    assert.equal(pfsense.asked.filter((verb) => verb === 'set-table-limit').length, 1);
  });
});
