import assert from 'node:assert/strict';
import type { Enforced, FirewallDriver } from '../../src/core/ports.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fakeRun } from '../support/fake-agent.ts';

const QUICK = { checkValidIp: false, checkPolicy: true };

describe('what the firewall holds', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  let looks = 0;
  let change: (enforced: Enforced) => Enforced;
  beforeEach(async () => {
    change = (enforced) => enforced;
    const plain = openAgentHost(folder());
    const { driver } = plain.ports;
    plain.agent.close();
    const watched: FirewallDriver = {
      ...driver,
      async verify(look) {
        looks += 1;
        return change(await driver.verify(look));
      },
    };
    host = openAgentHost(folder(), { driver: watched });
    await host.agent.add('cli:root', MANUAL, QUICK);
    await host.agent.enable('cli:root');
    looks = 0;
  });
  afterEach(() => host.agent.close());

  async function polled(): Promise<string> {
    return (await host.agent.status({ recent: true })).protection.state;
  }

  it('is looked at once for the polls of half a minute', async () => {
    await host.agent.status();
    for (let second = 0; second < 30; second += 3) {
      host.clock.time += 3_000;
      assert.equal(await polled(), 'dry-run');
    }
    assert.equal(looks, 1);
    host.clock.time += 1;
    await polled();
    assert.equal(looks, 2);
  });

  it('is looked at anew after each task, and for whoever does not poll', async () => {
    await polled();
    change = (enforced) => ({ ...enforced, rulesInPlace: false });
    assert.equal(await polled(), 'dry-run');
    assert.equal((await host.agent.status()).protection.state, 'not-protecting');
    assert.equal(await polled(), 'not-protecting');
    change = (enforced) => enforced;
    await host.agent.disable('cli:root');
    assert.equal(await polled(), 'disabled');
    looks = 0;
    // Another process did something: its record is in the database.
    host.ports.runs.record(fakeRun('enable', { started: host.clock.now() }));
    await polled();
    assert.equal(looks, 1);
  });

  it('is looked at anew when the clock was set back', async () => {
    await polled();
    host.clock.time -= 3_600_000;
    await polled();
    assert.equal(looks, 2);
  });

  it('is told as contested when it has to be mended again and again', async () => {
    const message =
      'the rules are not as they should be: 1 rule is above ours in FORWARD (-A FORWARD -j X)';
    change = (enforced) => ({
      ...enforced,
      rulesInPlace: false,
      problems: [{ code: 'rules-changed', severity: 'error', message, remedy: '' }],
    });
    const contested = async () =>
      (await host.agent.status()).problems.filter(({ code }) => code === 'rules-contested');
    for (let round = 1; round <= 5; round += 1) {
      assert.deepEqual(await contested(), []);
      await host.agent.verify('schedule');
      host.clock.time += 60_000;
    }
    const [problem] = await contested();
    assert.match(problem?.message ?? '', /put back 5 times within an hour.*-A FORWARD -j X/);
    assert.equal(problem?.severity, 'warning');
    host.clock.time += 3_600_000;
    assert.deepEqual(await contested(), []);
  });
});
