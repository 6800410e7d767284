import assert from 'node:assert/strict';
import { openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('removing a device', () => {
  const folder = temporaryFolder();

  it('removes the copies of transferred zones', async () => {
    const { agent, ports } = openAgentHost(folder());
    await ports.zoneCopies.save({ zone: 'threatstop.local', serial: 1, pieces: [] });
    await agent.remove('test');
    assert.equal(await ports.zoneCopies.load('threatstop.local'), null);
    agent.close();
  });
});
