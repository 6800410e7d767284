import assert from 'node:assert/strict';
import { PolicyError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/core/ports.ts';
import type { Agent } from '../../src/tasks/agent.ts';
import { runScheduler } from '../../src/tasks/scheduler.ts';
import type { TellPorts } from '../../src/tasks/tell-problems.ts';
import { resolveSettings } from '../../src/config/settings.ts';
import { createFacts } from '../../src/state/facts.ts';
import { migrations } from '../../src/state/migrations.ts';
import { createNoticeStore } from '../../src/state/notices.ts';
import { createSchedule } from '../../src/state/schedule.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import { TestClock } from '../support/test-clock.ts';

const INTERVALS = {
  device_id: 'x',
  verify_interval: '60',
  policy_interval: '600',
  settings_interval: '900',
  collect_interval: '10',
  upload_interval: '300',
};

/** Runs the scheduler for some simulated seconds and tells how often each task ran. */
async function simulate(
  seconds: number,
  options: {
    setUpAfterS?: number;
    failing?: string;
    problems?: readonly Problem[];
    verifyTakesS?: number;
    removedAfterS?: number;
  } = {},
) {
  const database = openDatabase(':memory:', migrations);
  const told: string[] = [];
  const quiet = (): TellPorts => ({
    log: { info: () => {}, warn: () => {}, error: () => {} },
    notices: {
      show: ({ code }) => Promise.resolve(void told.push(code)),
      withdraw: () => Promise.resolve(),
    },
    noticed: createNoticeStore(createFacts(database)),
  });
  const clock = new TestClock();
  const start = clock.time;
  const stop = new AbortController();
  const counts: Record<string, number> = {};
  const order: string[] = [];
  const starts: number[] = [];
  let isRemoved = options.removedAfterS === undefined;
  const task = (name: string) => () => {
    counts[name] = (counts[name] ?? 0) + 1;
    order.push(name);
    return name === options.failing
      ? Promise.reject(new PolicyError('no connection'))
      : Promise.resolve({} as never);
  };
  const agent = {
    settings: () => {
      if (!isRemoved && clock.time - start >= (options.removedAfterS ?? 0) * 1000) {
        isRemoved = true;
        schedule.clear();
      }
      if (clock.time - start >= seconds * 1000) stop.abort();
      const ready = clock.time - start >= (options.setUpAfterS ?? 0) * 1000;
      return Promise.resolve(ready ? resolveSettings(INTERVALS, null) : null);
    },
    goBack: () => Promise.resolve(null),
    status: () => Promise.resolve({ problems: options.problems ?? [] }),
    verify: () => {
      starts.push(clock.time);
      clock.time += (options.verifyTakesS ?? 0) * 1000;
      return task('verify')();
    },
    update: task('update'),
    collect: task('collect'),
    logs: task('logs'),
  } as unknown as Agent;
  const schedule = createSchedule(createFacts(database));
  const planned: Record<string, number> = {};
  await runScheduler(
    agent,
    {
      clock,
      ...quiet(),
      random: () => 0,
      schedule: {
        ...schedule,
        planned(name, at) {
          planned[name] = at;
          schedule.planned(name, at);
        },
      },
    },
    stop.signal,
  );
  return { told, counts, order, starts, planned, start, clock, schedule };
}

describe('the schedule', () => {
  it('runs every task at once and then at its interval', async () => {
    const { counts } = await simulate(3_600);
    // One clock serves all loops and each sleep moves it, so intervals are at least, not exactly, what is set.
    assert.ok((counts['collect'] ?? 0) > (counts['verify'] ?? 0));
    assert.ok((counts['verify'] ?? 0) > (counts['logs'] ?? 0));
    assert.ok((counts['logs'] ?? 0) >= (counts['update'] ?? 0));
    assert.ok((counts['update'] ?? 0) >= 2);
  });

  it('checks what is enforced before anything that needs the network', async () => {
    const { order } = await simulate(5);
    assert.equal(order[0], 'verify');
  });

  it('waits for a device that is not set up yet', async () => {
    const { counts } = await simulate(30, { setUpAfterS: 60 });
    assert.deepEqual(counts, {});
  });

  it('goes on after a task that failed', async () => {
    const { counts } = await simulate(3_600, { failing: 'update' });
    assert.ok((counts['update'] ?? 0) >= 2);
    assert.ok((counts['collect'] ?? 0) >= 10);
  });

  it('tells the administrator of an error once', async () => {
    const problem = { code: 'a', severity: 'error', message: 'one', remedy: '' } as const;
    assert.deepEqual((await simulate(600, { problems: [problem] })).told, ['a']);
  });

  it('counts the interval from the start of a run, however long that took', async () => {
    const { starts, planned } = await simulate(600, { verifyTakesS: 20 });
    assert.equal((planned['verify'] ?? 0) - (starts.at(-1) ?? 0), 60_000);
    const long = await simulate(600, { verifyTakesS: 90 });
    assert.equal((long.planned['verify'] ?? 0) - (long.starts.at(-1) ?? 0), 120_000);
  });

  it('runs what is due at once after the device was removed and set up anew', async () => {
    const { counts } = await simulate(300, { removedAfterS: 100 });
    assert.equal(counts['update'], 2);
  });

  it('tells when each task runs next, and forgets it at the end', async () => {
    const { planned, start, schedule } = await simulate(60);
    assert.ok((planned['update'] ?? 0) >= start + 540_000);
    assert.equal(schedule.next('update'), null);
    assert.equal(schedule.lastBeat(), null);
  });
});
