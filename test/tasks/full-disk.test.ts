import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { MANUAL, openAgentHost, policy } from '../support/agent-host.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('an agent whose disk is full', () => {
  const folder = temporaryFolder();

  it('keeps the old tables, shows why, and goes on when there is room again', async () => {
    const disk = mountSmallDisk(folder(), 4096);
    const host = openAgentHost(disk.folder);
    try {
      await host.agent.add('test', MANUAL, { checkValidIp: false, checkPolicy: true });
      const before = host.table('block');
      const many = Array.from({ length: 8000 }, (_, n) => `198.18.${n >> 8}.${n & 255}`);
      host.portal.policy = () => policy('z=2', many.join(' '));
      disk.fill();
      await assert.rejects(host.agent.update('page:admin'), HostError);
      assert.equal(host.table('block'), before);
      const { problems, protection } = await host.agent.status();
      assert.match(problems.map(({ message }) => message).join(), /ENOSPC.*has room/);
      assert.equal(protection.state, 'disabled');
      assert.equal((await host.agent.activity(1))[0]?.outcome, 'failed');

      rmSync(join(disk.folder, 'filler'));
      await host.agent.update('page:admin');
      assert.equal((host.table('block') ?? '').split('\n').length, 8001);
      assert.deepEqual(
        (await host.agent.activity(3)).map(({ task, outcome }) => `${task} ${outcome}`),
        ['update done', 'update failed', 'update done'],
      );
    } finally {
      host.agent.close();
      disk.unmount();
    }
  });
});
