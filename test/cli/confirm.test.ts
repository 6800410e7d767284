import assert from 'node:assert/strict';
import { resolveSettings } from '../../src/config/settings.ts';
import { HostError } from '../../src/core/errors.ts';
import type { Agent, Status } from '../../src/tasks/agent.ts';
import { localSettings, NOW, protectedStatus, runOf } from '../support/cli-agent.ts';
import { tsadmin, type CliScene } from '../support/cli-context.ts';

const AWAITED = { since: NOW, until: NOW + 30_000, actor: 'cli:ann' };

/** An agent that waits until it is confirmed, disabled, or asked some times whether the time is over. */
function waiting(looks: number, serviceRunning = false): Partial<Agent> {
  let awaited: Status['awaited'] = AWAITED;
  let enabled = true;
  const answer = (stays: boolean) => {
    awaited = null;
    enabled = stays;
  };
  return {
    awaited: () => Promise.resolve(awaited),
    status: () => Promise.resolve({ ...protectedStatus, serviceRunning, awaited }),
    settings: () =>
      Promise.resolve(resolveSettings({ ...localSettings, enabled: enabled ? 'yes' : 'no' }, null)),
    confirm: () => {
      answer(true);
      return Promise.resolve(runOf('confirm', 'Confirmed.'));
    },
    disable: () => {
      answer(false);
      return Promise.resolve(runOf('disable', 'Disabled.'));
    },
    goBack: async () => {
      // Lets the input in.
      await new Promise((resolve) => setImmediate(resolve));
      if (looks-- > 0) return null;
      answer(false);
      return runOf('disable', 'Nobody confirmed.');
    },
  };
}

describe('tsadmin enable --confirm', () => {
  const enable = (scene: CliScene) => tsadmin(['enable', '--confirm', '30'], scene);

  it('keeps the policy enabled when a person types y', async () => {
    const { code, stdout, calls, inputHeld } = await enable({
      agent: waiting(1000),
      typed: ['what?', 'y'],
      stayOpen: true,
    });
    assert.equal(code, 0);
    assert.deepEqual(calls[0], ['enable', 'cli:ann', { confirmWithin: 30 }]);
    assert.match(stdout, /Still here\?.*\nAnswer y or n\.\nConfirmed: the policy stays enabled\./);
    assert.ok(!inputHeld);
  });

  it('disables at once when a person types n', async () => {
    const { code, stdout } = await enable({ agent: waiting(1000), typed: ['n'], stayOpen: true });
    assert.equal(code, 1);
    assert.match(stdout, /^The policy is disabled\.$/m);
  });

  it('disables at the deadline, also when the input has ended', async () => {
    for (const scene of [{ typed: [] }, { piped: '' }, {}]) {
      const { code, stdout } = await enable({ agent: waiting(3), ...scene });
      assert.equal(code, 1);
      assert.match(stdout, /Nobody confirmed\./);
    }
  });

  it('disables when the process is to end', async () => {
    const stop = AbortSignal.abort();
    const { code, calls } = await enable({ agent: waiting(1000), stop });
    assert.equal(code, 1);
    assert.ok(calls.some(([method]) => method === 'disable'));
  });

  it('leaves the watch to the service where nobody can be asked', async () => {
    const { code, stdout } = await enable({ agent: waiting(0, true) });
    assert.equal(code, 0);
    assert.match(stdout, /^The service watches the time\. Answer with "tsadmin confirm"\.$/m);
  });

  it('does not wait on a device that was enabled before', async () => {
    assert.equal((await enable({})).code, 0);
  });

  it('opens the agent anew when the service it works through ends', async () => {
    const agent = waiting(1);
    let cut = true;
    const awaited = () => {
      if (!cut) return agent.awaited!();
      cut = false;
      return Promise.reject(new HostError('the service took the order and ended'));
    };
    const { code, stdout, opened } = await enable({ agent: { ...agent, awaited } });
    assert.equal(code, 1);
    assert.match(stdout, /the service took the order and ended[^]*Nobody confirmed/);
    assert.ok(opened.length >= 3);
  });

  it('watches when the service ended with the order in its hands', async () => {
    const broken = () => Promise.reject(new HostError('the service took the order and ended'));
    const { code, stdout } = await enable({ agent: { ...waiting(1), enable: broken } });
    assert.equal(code, 1);
    assert.match(stdout, /took the order and ended[^]*Nobody confirmed/);
  });

  it('takes whole seconds only', async () => {
    for (const seconds of ['0', '-1', '1.5', 'x', '3601', '99999']) {
      assert.equal((await tsadmin(['enable', `--confirm=${seconds}`])).code, 2);
    }
  });
});

describe('tsadmin confirm', () => {
  it('says what was done', async () => {
    const { code, stdout, calls } = await tsadmin(['confirm']);
    assert.equal(code, 0);
    assert.deepEqual(calls[0], ['confirm', 'cli:ann']);
    assert.match(stdout, /stays enabled/);
  });

  it('is told by status as long as it is awaited', async () => {
    const status = () => Promise.resolve({ ...protectedStatus, awaited: AWAITED });
    const { stdout } = await tsadmin(['status'], { agent: { status } });
    assert.match(
      stdout,
      /^Confirm +awaited until .*\(in 30 s\).*enabled by cli:ann.*tsadmin confirm$/m,
    );
  });
});
