import assert from 'node:assert/strict';
import { BusyError } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/ports.ts';
import { recordRun } from '../../src/tasks/record-run.ts';
import { openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a task that finds another at work', () => {
  const folder = temporaryFolder();

  for (const [actor, level, kept] of [
    ['schedule', 'info', 0],
    ['cli:ann', 'error', 1],
  ] as const) {
    it(`of ${actor} is logged as ${level}, and ${kept === 0 ? 'not ' : ''}kept in the record`, async () => {
      const said: string[] = [];
      const log: Log = {
        info: (text) => void said.push(`info ${text}`),
        warn: (text) => void said.push(`warn ${text}`),
        error: (text) => void said.push(`error ${text}`),
      };
      const { ports } = openAgentHost(folder());
      const before = ports.runs.recent(10).length;
      const busy = () => Promise.reject(new BusyError('another task is running'));
      await assert.rejects(recordRun({ ...ports, log }, 'update', actor, busy), BusyError);
      assert.deepEqual(said, [`${level} update: another task is running`]);
      assert.equal(ports.runs.recent(10).length - before, kept);
      ports.close();
    });
  }
});
