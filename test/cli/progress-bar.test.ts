import assert from 'node:assert/strict';
import fc from 'fast-check';
import { barText, startProgressBar } from '../../src/cli/progress-bar.ts';
import type { Progress } from '../../src/core/ports.ts';
import { until } from '../support/until.ts';
import { cliAgent } from '../support/cli-agent.ts';
import { tsadmin } from '../support/cli-context.ts';

const progress: Progress = {
  task: 'update',
  started: 0,
  step: 'fetching sub-lists',
  done: 4,
  total: 12,
};

describe('progress bar', () => {
  it('shows how much of how much is done, and only words where nobody knows', () => {
    assert.equal(
      barText(progress, 80),
      '[########................]  33 %  fetching sub-lists (4 of 12)',
    );
    assert.equal(barText({ ...progress, total: null }, 80), 'fetching sub-lists …');
  });

  it('fits the terminal and is printable, whatever is told', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 2, max: 200 }),
        (step, done, total, columns) => {
          const text = barText({ ...progress, step, done, total }, columns);
          assert.ok(text.length < columns);
          assert.doesNotMatch(text, /\p{Cc}/u);
        },
      ),
    );
  });

  it('is drawn when something changed, and gone when it is hidden or stopped', async () => {
    const written: string[] = [];
    let now: Progress | null = null;
    const output = { write: (text: string) => written.push(text) };
    const bar = startProgressBar(() => now, { output, columns: 80 });
    now = progress;
    await until('it is drawn', () => written.length === 1);
    bar.hide();
    assert.equal(written.at(-1), '\r\u001b[K');
    await until('it is drawn again', () => written.length === 3);
    bar.stop();
    assert.deepEqual([written.length, written.at(-1)], [4, '\r\u001b[K']);
  });

  it('is on a terminal only, and never with --silent or --json', async () => {
    const slow = {
      progress: () => progress,
      update: async (...all: Parameters<ReturnType<typeof cliAgent>['agent']['update']>) => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        return cliAgent().agent.update(...all);
      },
    };
    const terminal = { stderr: true };
    const drawn = await tsadmin(['update'], { agent: slow, terminal });
    assert.match(drawn.stderr, /fetching sub-lists \(4 of 12\).*\r\u001b\[K$/);
    assert.doesNotMatch(drawn.stdout, /fetching sub-lists/);
    for (const scene of [{ argv: ['update'] }, { argv: ['update', '--json'], terminal }]) {
      assert.equal((await tsadmin(scene.argv, { agent: slow, ...scene })).stderr, '');
    }
  });
});
