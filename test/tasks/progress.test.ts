import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../src/core/ports.ts';
import { createProgressBoard } from '../../src/tasks/progress.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('progress', () => {
  const folder = temporaryFolder();

  it('the first task under way is shown, and none when all have ended, also by failure', async () => {
    const board = createProgressBoard({ now: () => 7 });
    assert.equal(board.current(), null);
    await board.during('update', async (report) => {
      report('fetching', 1, 3);
      const first = { task: 'update', started: 7, step: 'fetching', done: 1, total: 3 };
      assert.deepEqual(board.current(), first);
      const failed = board.during('logs', (other) => {
        other('sending');
        assert.deepEqual(board.current(), first);
        return Promise.reject(new Error('no'));
      });
      await assert.rejects(failed, /no/);
    });
    assert.equal(board.current(), null);
  });

  it('an update and an upload tell their steps', async () => {
    const host = openAgentHost(folder());
    const seen: (Progress | null)[] = [];
    const look = () => void seen.push(host.agent.progress());
    const { policy } = host.portal;
    host.portal.policy = () => {
      look();
      return policy();
    };
    await host.agent.add('test', MANUAL, { checkValidIp: false, checkPolicy: true });
    assert.equal(seen[0]?.task, 'update');
    assert.equal(seen[0].step, 'asking the policy service');
    assert.equal(host.agent.progress(), null);

    const log = join(folder(), 'filter.log');
    writeFileSync(log, '');
    await host.agent.collect('test');
    appendFileSync(
      log,
      'Nov 20 12:00:00 fw filterlog: 6,,,1770000101,em1,match,block,out,4,0x0,,64,0,0,DF,6,tcp,52,192.168.1.9,64.87.3.133,57232,80,0,S,1,,513,,\n',
    );
    const { upstream } = host.ports;
    const uploader = upstream.uploader.bind(upstream);
    Object.assign(upstream, {
      uploader: (...all: Parameters<typeof uploader>) => {
        const real = uploader(...all);
        return {
          upload: (batch: Parameters<typeof real.upload>[0]) => {
            look();
            return real.upload(batch);
          },
        };
      },
    });
    await host.agent.logs('test');
    const last = seen.at(-1);
    assert.deepEqual(
      [last?.task, last?.step, last?.done, last?.total],
      ['logs', 'sending lines', 0, 1],
    );
    host.agent.close();
  });
});
