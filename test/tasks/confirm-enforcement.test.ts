import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { FirewallError, HostError } from '../../src/core/errors.ts';
import { runScheduler } from '../../src/tasks/scheduler.ts';
import { noteAnswer } from '../../src/tasks/confirm-enforcement.ts';
import { createAgent } from '../../src/tasks/create-agent.ts';
import { MANUAL, openAgentHost } from '../support/agent-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const MINUTE = { confirmWithin: 60 };

describe('enabling until somebody confirms', () => {
  const folder = temporaryFolder();
  let host: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    host = openAgentHost(folder());
    await host.agent.add('test', MANUAL, { checkValidIp: false, checkPolicy: true });
  });
  afterEach(() => host.agent.close());

  const isIn = () => existsSync(host.rulesFile);
  const isEnabled = async () => (await host.agent.settings())?.values.enabled;
  const codes = async () => (await host.agent.status()).problems.map(({ code }) => code);

  it('enforces at once, and says until when', async () => {
    const run = await host.agent.enable('page:ann', MINUTE);
    assert.match(run.message, /goes back to disabled unless somebody confirms within 60 s/);
    assert.ok(isIn());
    const { awaited } = await host.agent.status();
    const since = host.clock.time;
    assert.deepEqual(awaited, { since, until: since + 60_000, actor: 'page:ann' });
    assert.deepEqual(await codes(), []);
  });

  it('goes back when the time is over, with a record and a problem that say why', async () => {
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time += 59_999;
    assert.equal(await host.agent.goBack(), null);
    assert.ok(isIn());
    host.clock.time += 1;
    const run = await host.agent.goBack();
    assert.equal(run?.task, 'disable');
    assert.match(run.message, /nobody confirmed within 60 s \(enabled by page:ann\)/);
    assert.deepEqual([isIn(), await isEnabled()], [false, false]);
    assert.deepEqual(await host.agent.activity(1), [run]);
    assert.deepEqual(await codes(), ['not-confirmed']);
    assert.equal((await host.agent.status()).awaited, null);
    assert.equal(await host.agent.goBack(), null);
  });

  it('stays enabled when somebody confirms', async () => {
    await host.agent.enable('page:ann', MINUTE);
    assert.equal((await host.agent.confirm('page:bob')).outcome, 'done');
    host.clock.time += 3_600_000;
    assert.equal(await host.agent.goBack(), null);
    assert.ok(isIn());
    assert.equal((await host.agent.confirm('page:bob')).outcome, 'unchanged');
  });

  it('takes a late answer as long as the rules are in', async () => {
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time += 61_000;
    assert.deepEqual(await codes(), ['confirmation-overdue']);
    assert.equal((await host.agent.confirm('page:ann')).outcome, 'done');
    assert.equal(await host.agent.goBack(), null);
  });

  it('stays enabled when the answer came in time and waits for another task until the time is over', async () => {
    await host.agent.enable('page:ann', MINUTE);
    const other = Promise.withResolvers<undefined>();
    const held = host.ports.lock.hold('firewall', 'verify by schedule', 0, () => other.promise);
    const answer = host.agent.confirm('page:ann');
    await until('the answer is noted', async () => (await host.agent.awaited()) === null);
    host.clock.time += 60_000;
    assert.equal(await host.agent.goBack(), null);
    assert.deepEqual(await codes(), []);
    other.resolve(undefined);
    await held;
    assert.equal((await answer).outcome, 'done');
    assert.ok(isIn());
  });

  it('is not answered before the rules are in', async () => {
    const { driver } = host.ports;
    const rules = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const slow = {
      ...driver,
      async enable() {
        begun.resolve(undefined);
        await rules.promise;
        await driver.enable();
      },
    };
    const agent = createAgent({ ...host.ports, driver: slow });
    const enabling = agent.enable('page:ann', MINUTE);
    await begun.promise;
    await noteAnswer(host.ports);
    assert.notEqual(await agent.awaited(), null);
    rules.resolve(undefined);
    await enabling;
  });

  it('cannot be confirmed any more after it went back, nor while it is disabled', async () => {
    await assert.rejects(host.agent.confirm('test'), /it is disabled/);
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time += 60_000;
    await host.agent.goBack();
    await assert.rejects(host.agent.confirm('page:ann'), /it went back to disabled/);
    assert.ok(!isIn());
  });

  it('is over when somebody disables, and the problem when somebody enables again', async () => {
    await host.agent.enable('page:ann', MINUTE);
    await host.agent.disable('page:bob');
    assert.equal(await host.agent.awaited(), null);
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time += 60_000;
    await host.agent.goBack();
    await host.agent.enable('page:ann', MINUTE);
    assert.deepEqual(await codes(), []);
    await host.agent.remove('page:ann');
    assert.equal(await host.agent.awaited(), null);
  });

  it('is confirmed by enabling without a question', async () => {
    await host.agent.enable('page:ann', MINUTE);
    await host.agent.enable('cli:root');
    host.clock.time += 60_000;
    assert.equal(await host.agent.goBack(), null);
    assert.ok(isIn());
  });

  it('does not put a device at risk that is enabled already', async () => {
    await host.agent.enable('page:ann');
    assert.equal((await host.agent.enable('page:bob', MINUTE)).outcome, 'unchanged');
    assert.equal(await host.agent.awaited(), null);
  });

  it('goes back when the clock was set back by more than the time', async () => {
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time -= 59_000;
    assert.equal(await host.agent.goBack(), null);
    host.clock.time -= 3_600_000;
    assert.ok((await host.agent.goBack()) !== null);
    assert.ok(!isIn());
  });

  it('forgets the wait when the rules could not be put in', async () => {
    const failing = { ...host.ports.driver, enable: () => Promise.reject(new FirewallError('no')) };
    const agent = createAgent({ ...host.ports, driver: failing });
    await assert.rejects(agent.enable('page:ann', MINUTE), /no/);
    assert.equal(await agent.awaited(), null);
    assert.deepEqual([isIn(), await isEnabled()], [false, false]);
  });

  it('keeps the wait when enabling failed and the rules may be in', async () => {
    const { driver } = host.ports;
    let reads = 0;
    const blind = {
      ...driver,
      verify: () => (reads++ === 0 ? driver.verify() : Promise.reject(new HostError('no pfctl'))),
    };
    const agent = createAgent({ ...host.ports, driver: blind });
    await assert.rejects(agent.enable('page:ann', MINUTE), /no pfctl/);
    assert.ok(isIn());
    host.clock.time += 60_000;
    await agent.goBack();
    assert.ok(!isIn());
  });

  it('is not begun when it cannot be remembered', async () => {
    const full = {
      ...host.ports.confirmation,
      save: () => {
        throw new HostError('the disk is full');
      },
    };
    const agent = createAgent({ ...host.ports, confirmation: full });
    await assert.rejects(agent.enable('page:ann', MINUTE), /disk is full/);
    assert.ok(!isIn());
  });

  it('tries again to go back, and records the same failure once', async () => {
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time += 60_000;
    const stuck = {
      ...host.ports.driver,
      disable: () => Promise.reject(new FirewallError('stuck')),
    };
    const agent = createAgent({ ...host.ports, driver: stuck });
    await assert.rejects(agent.goBack(), /stuck/);
    await assert.rejects(agent.goBack(), /stuck/);
    const failures = (await agent.activity(10)).filter(({ outcome }) => outcome === 'failed');
    assert.equal(failures.length, 1);
    await host.agent.goBack();
    assert.ok(!isIn());
  });

  it('is not undone by the check of what is enforced', async () => {
    await host.agent.enable('page:ann', MINUTE);
    host.clock.time += 60_000;
    rmSync(host.rulesFile);
    await host.agent.verify('schedule');
    assert.ok(!isIn());
  });
});

describe('a confirmation and other processes', () => {
  const folder = temporaryFolder();
  let first: ReturnType<typeof openAgentHost>;
  let second: ReturnType<typeof openAgentHost>;
  beforeEach(async () => {
    first = openAgentHost(folder());
    second = openAgentHost(folder());
    await first.agent.add('test', MANUAL, { checkValidIp: false, checkPolicy: true });
  });
  afterEach(() => {
    first.agent.close();
    second.agent.close();
  });
  const isIn = () => existsSync(first.rulesFile);

  it('begins once when two administrators enable at once', async () => {
    const runs = await Promise.all([
      first.agent.enable('page:ann', MINUTE),
      second.agent.enable('page:bob', MINUTE),
    ]);
    assert.deepEqual(runs.map(({ outcome }) => outcome).toSorted(), ['done', 'unchanged']);
    const winner = runs[0].outcome === 'done' ? 'page:ann' : 'page:bob';
    assert.equal((await first.agent.awaited())?.actor, winner);
    assert.equal((await second.agent.awaited())?.until, (await first.agent.awaited())?.until);
  });

  it('has one end when one confirms and another disables', async () => {
    await first.agent.enable('page:ann', MINUTE);
    const [confirmed] = await Promise.allSettled([
      first.agent.confirm('page:ann'),
      second.agent.disable('page:bob'),
    ]);
    assert.ok(!isIn());
    assert.equal(await first.agent.awaited(), null);
    if (confirmed.status === 'rejected') assert.match(String(confirmed.reason), /disabled/);
  });

  it('goes back once though several processes watch', async () => {
    await first.agent.enable('page:ann', MINUTE);
    first.clock.time += 60_000;
    second.clock.time += 60_000;
    const runs = await Promise.all([first.agent.goBack(), second.agent.goBack()]);
    assert.equal(runs.filter((run) => run !== null).length, 1);
    assert.equal(
      (await first.agent.activity(20)).filter(({ task }) => task === 'disable').length,
      1,
    );
  });

  it('goes back as the first thing when the service starts again', async () => {
    await first.agent.enable('page:ann', MINUTE);
    second.clock.time += 61_000;
    const stop = new AbortController();
    const order: string[] = [];
    const agent = {
      ...second.agent,
      verify: async () => {
        order.push(isIn() ? 'verify with rules' : 'verify without rules');
        stop.abort();
        return second.agent.verify('schedule');
      },
    };
    await runScheduler(agent, second.ports, stop.signal);
    assert.equal(order[0], 'verify without rules');
    assert.ok(!isIn());
  });

  it('goes back by the schedule within a second or two of the deadline', async () => {
    await first.agent.enable('page:ann', MINUTE);
    const stop = new AbortController();
    const until = (await first.agent.awaited())?.until ?? 0;
    const quiet = { collect: never, logs: never, update: never };
    const agent = {
      ...second.agent,
      ...quiet,
      goBack: async () => {
        const run = await second.agent.goBack();
        if (run !== null) stop.abort();
        return run;
      },
    };
    await runScheduler(agent, { ...second.ports, random: () => 0 }, stop.signal);
    assert.ok(!isIn());
    assert.ok(second.clock.time >= until);
  });
});

function never(): Promise<never> {
  return Promise.reject(new HostError('not in this test'));
}
