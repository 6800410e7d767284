import assert from 'node:assert/strict';
import { resolveSettings } from '../../src/config/settings.ts';
import { compiledWith } from '../../src/tasks/policy-settings.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the settings a policy depends on', () => {
  const textWith = (change: Record<string, string>) =>
    compiledWith(resolveSettings({ ...MANUAL, ...change }, null).values);

  it('have another text when the policy comes another way, not when it is asked for more often', () => {
    assert.notEqual(textWith({ policy_source: 'transfer' }), textWith({}));
    assert.equal(textWith({ policy_interval: '60' }), textWith({}));
  });
});

describe('a plan of an update', () => {
  const folder = temporaryFolder();

  it('reads the policy without keeping anything of it; the update itself may', async () => {
    const host = openAgentHost(folder());
    const asked: boolean[] = [];
    const { upstream } = host.ports;
    const recording = openAgentHost(folder(), {
      upstream: {
        ...upstream,
        policySource(settings, readOnly = false) {
          asked.push(readOnly);
          return upstream.policySource(settings, readOnly);
        },
      },
    });
    const unchecked = { checkPolicy: false, checkValidIp: false };
    await recording.agent.add('test', MANUAL, unchecked);
    await recording.agent.update('test', { plan: true });
    await recording.agent.update('test');
    assert.deepEqual(asked, [true, false]);
    recording.agent.close();
    host.agent.close();
  });
});
