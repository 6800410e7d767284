import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { createPfsenseDriver } from '../../src/firewall/pfsense/driver.ts';
import { createPfsenseCommand } from '../../src/system/pfsense-command.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { createFakePfsense, type FakePfsense } from '../support/fake-pfsense.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('an agent on a pfSense with faults', () => {
  const folder = temporaryFolder();
  let pfsense: FakePfsense;
  let host: ReturnType<typeof openAgentHost>;
  let lost: string;
  const ours = () => pfsense.pf.rules.filter((rule) => rule.includes('ThreatSTOP'));

  beforeEach(async () => {
    const place = join(folder(), 'pfsense');
    mkdirSync(place);
    pfsense = createFakePfsense(place);
    lost = 'nothing';
    const run: FakePfsense['run'] = (argv, options) =>
      argv[0].endsWith(lost)
        ? Promise.reject(new HostError(`running ${argv.join(' ')}: spawn ENOENT`))
        : pfsense.run(argv, options);
    const driver = createPfsenseDriver({ ...pfsense, run, ask: createPfsenseCommand(run) });
    host = openAgentHost(folder(), { driver });
    await host.agent.add('test', MANUAL, { checkValidIp: false, checkPolicy: true });
  });
  afterEach(() => host.agent.close());

  it('says that it does not protect when pfctl is missing, and disables all the same', async () => {
    await host.agent.enable('test');
    lost = 'pfctl';
    const { protection, problems } = await host.agent.status();
    assert.equal(protection.state, 'not-protecting');
    assert.ok(problems.some(({ code }) => code === 'firewall-unreadable'));
    await assert.rejects(host.agent.update('test'), /pfctl/);
    assert.equal((await host.agent.disable('test')).outcome, 'done');
    assert.deepEqual(ours(), []);
    assert.equal((await host.agent.settings())?.values.enabled, false);
  });

  it('stays disabled, with the reason, when the ruleset does not load for an alias of somebody else', async () => {
    await host.agent.verify('test');
    pfsense.refuseNext = {
      message: 'the firewall did not take the rules: alias Mine: file not found',
      remedy: 'See Status > Filter Reload.',
    };
    await assert.rejects(host.agent.enable('page:ann', { confirmWithin: 60 }), {
      message: /alias Mine/,
      remedy: 'See Status > Filter Reload.',
    });
    assert.deepEqual(ours(), []);
    assert.equal(await host.agent.awaited(), null);
    assert.equal((await host.agent.status()).protection.state, 'disabled');
  });

  it('goes on where a kill -9 left it between alias and rule', async () => {
    await pfsense.ask('prepare-tables');
    const before = await host.agent.status();
    assert.equal(before.protection.state, 'disabled');
    assert.equal((await host.agent.verify('schedule')).outcome, 'unchanged');
    await host.agent.enable('test');
    assert.equal(ours().length, 2);
    await host.agent.remove('test');
    assert.deepEqual(ours(), []);
    assert.deepEqual(Object.keys(pfsense.pf.tables), []);
  });

  it('takes out rules that a kill -9 left before it was remembered that they are wanted', async () => {
    await pfsense.ask('enable');
    assert.equal(ours().length, 2);
    const run = await host.agent.verify('schedule');
    assert.match(run.message, /taken out/);
    assert.deepEqual(ours(), []);
  });
});
