import assert from 'node:assert/strict';
import { PortalError } from '../../src/core/errors.ts';
import { AUTO, MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const UNCHECKED = { checkValidIp: false, checkPolicy: true };
const HOUR = 3_600_000;

describe('exemptions for the portal', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(() => {
    host = openAgentHost(folder());
  });
  afterEach(() => host.agent.close());

  const allow = { action: 'allow', prefix: '64.87.3.133', forMs: HOUR } as const;
  const told = () =>
    host.portal.exemptions.map(({ exemptions }) => exemptions.map(({ prefix }) => prefix));

  it('go with the next look at the portal, once, and again when revoked or ended', async () => {
    await host.agent.add('test', AUTO, UNCHECKED);
    assert.deepEqual(told(), []);
    await host.agent.exempt('test', allow);
    assert.deepEqual(await host.agent.exemptionsTold(), {
      ...{ reachable: false, asked: null, reason: 'they go with the next look at the portal' },
    });
    await host.agent.update('schedule');
    await host.agent.update('schedule');
    assert.equal((await host.agent.exemptionsTold()).reachable, true);
    assert.deepEqual(host.portal.exemptions, [
      {
        device_id: AUTO['device_id'],
        exemptions: [{ action: 'allow', prefix: '64.87.3.133', until: '2026-11-20T13:00:00.000Z' }],
      },
    ]);
    host.clock.time += HOUR;
    await host.agent.update('schedule');
    await host.agent.exempt('test', { ...allow, forMs: null });
    await host.agent.update('schedule');
    await host.agent.revoke('test', '64.87.3.133');
    await host.agent.update('schedule');
    assert.deepEqual(told(), [['64.87.3.133'], [], ['64.87.3.133'], []]);
  });

  it('that do not arrive fail nothing, are shown, and go again', async () => {
    await host.agent.add('test', AUTO, UNCHECKED);
    await host.agent.exempt('test', allow);
    host.portal.hear = () => {
      throw new PortalError('logs.example: status 503');
    };
    assert.notEqual((await host.agent.update('schedule')).run.outcome, 'failed');
    const { exemptionsTold, problems } = await host.agent.status();
    assert.deepEqual(
      [exemptionsTold.reachable, exemptionsTold.reason],
      [false, 'logs.example: status 503'],
    );
    assert.deepEqual(problems, []);
    host.portal.hear = () => undefined;
    await host.agent.update('schedule');
    assert.deepEqual(told(), [['64.87.3.133']]);
    assert.equal((await host.agent.status()).exemptionsTold.reachable, true);
  });

  it('are told again after a day, as the portal may have been put back', async () => {
    await host.agent.add('test', AUTO, UNCHECKED);
    await host.agent.exempt('test', { ...allow, forMs: null });
    await host.agent.update('schedule');
    host.clock.time += 24 * HOUR;
    await host.agent.update('schedule');
    assert.equal(told().length, 2);
  });

  it('stay on a device that is set up by hand', async () => {
    await host.agent.add('test', MANUAL, UNCHECKED);
    await host.agent.exempt('test', allow);
    await host.agent.update('schedule');
    assert.deepEqual(told(), []);
    assert.equal((await host.agent.status()).exemptionsTold.reachable, null);
  });
});
