import assert from 'node:assert/strict';
import { HostError } from '../../src/core/errors.ts';
import { noticeChanges } from '../../src/core/notices.ts';
import type { Problem } from '../../src/core/ports.ts';
import { createFacts } from '../../src/state/facts.ts';
import { migrations } from '../../src/state/migrations.ts';
import { createNoticeStore } from '../../src/state/notices.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import { tellProblems, type TellPorts } from '../../src/tasks/tell-problems.ts';

function problem(code: string, change: Partial<Problem> = {}): Problem {
  return { code, severity: 'error', message: `${code} happened`, remedy: 'Mend it.', ...change };
}

describe('which problems become a notice', () => {
  it('errors, the first of each code', () => {
    const open = [problem('a'), problem('a', { message: 'again' }), problem('b')];
    assert.deepEqual(noticeChanges(open, []), { show: [open[0], open[2]], withdraw: [] });
  });

  it('no warnings', () => {
    const open = [problem('a', { severity: 'warning' })];
    assert.deepEqual(noticeChanges(open, []), { show: [], withdraw: [] });
  });

  it('not one that is shown, whatever its text is now', () => {
    const open = [problem('a', { message: 'with other numbers' })];
    assert.deepEqual(noticeChanges(open, ['a']), { show: [], withdraw: [] });
  });

  it('what is gone, or only a warning now, is withdrawn', () => {
    const open = [problem('b', { severity: 'warning' })];
    assert.deepEqual(noticeChanges(open, ['a', 'b']), { show: [], withdraw: ['a', 'b'] });
  });
});

describe('telling the administrator', () => {
  const database = openDatabase(':memory:', migrations);
  let said: string[];
  let failing: string[];
  let warnings: string[];

  /** As after a restart: only the database stays. */
  function ports(): TellPorts {
    const answer = (text: string, code: string) => {
      if (failing.includes(code)) return Promise.reject(new HostError('no bell'));
      said.push(text);
      return Promise.resolve();
    };
    return {
      log: { info: () => {}, warn: (line) => warnings.push(line), error: () => {} },
      notices: {
        show: ({ code }) => answer(`+${code}`, code),
        withdraw: (code) => answer(`-${code}`, code),
      },
      noticed: createNoticeStore(createFacts(database)),
    };
  }

  beforeEach(() => {
    [said, failing, warnings] = [[], [], []];
    createNoticeStore(createFacts(database)).save([]);
  });

  it('is done once for a cause, also over restarts', async () => {
    await tellProblems(ports(), [problem('a')]);
    await tellProblems(ports(), [problem('a'), problem('b')]);
    await tellProblems(ports(), [problem('b')]);
    assert.deepEqual(said, ['+a', '+b', '-a']);
  });

  it('is done again when the cause comes back', async () => {
    for (const open of [[problem('a')], [], [problem('a')]]) await tellProblems(ports(), open);
    assert.deepEqual(said, ['+a', '-a', '+a']);
  });

  it('is tried again after a failure, which is logged and does not keep others from being told', async () => {
    failing = ['a'];
    await tellProblems(ports(), [problem('a'), problem('b')]);
    assert.deepEqual(said, ['+b']);
    assert.deepEqual(warnings, ['showing the problem a: no bell']);
    failing = [];
    await tellProblems(ports(), [problem('a'), problem('b')]);
    assert.deepEqual(said, ['+b', '+a']);
  });
});
