import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { PolicyRecord, Run } from '../../src/core/ports.ts';
import { createFacts } from '../../src/state/facts.ts';
import { migrations } from '../../src/state/migrations.ts';
import { createPolicyHistory } from '../../src/state/policy-history.ts';
import { createKeptFacts } from '../../src/state/kept-facts.ts';
import { createRunLog } from '../../src/state/run-log.ts';
import { createSchedule } from '../../src/state/schedule.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = (change: Partial<Run>): Run => ({
  task: 'update',
  actor: 'test',
  started: 1,
  durationMs: 2,
  outcome: 'done',
  message: 'm',
  ...change,
});

const record = (version: string): PolicyRecord => ({
  version,
  takenAt: 1,
  blockLists: ['basic.threatstop.local'],
  allowLists: [],
  compiledWith: '',
  tables: { block: { entries: 1, hash: 'a' }, allow: { entries: 0, hash: 'b' } },
  listTables: { block: [{ name: 'a.list', entries: 1, hash: 'c' }], allow: [] },
  doubts: [],
  notes: ['cut'],
  guard: ['192.0.2.1'],
  carved: [{ prefix: '192.0.2.1', reason: 'default gateway' }],
});

describe('the records of the agent', () => {
  const folder = temporaryFolder();
  const open = () => openDatabase(join(folder(), 'agent.sqlite'), migrations);

  it('list runs, the newest first, also after a restart', () => {
    const first = open();
    createRunLog(first).record(run({ message: 'one' }));
    createRunLog(first).record(run({ message: 'two', task: 'logs', outcome: 'failed' }));
    first.close();
    const runs = createRunLog(open());
    assert.deepEqual(
      runs.recent(5).map(({ message }) => message),
      ['two', 'one'],
    );
    assert.equal(runs.last('update')?.message, 'one');
    assert.equal(runs.last('logs', ['done']), null);
    assert.deepEqual(
      runs.last('logs', ['failed']),
      run({ message: 'two', task: 'logs', outcome: 'failed' }),
    );
  });

  it('tell who was here with an address, each once', () => {
    const runs = createRunLog(open());
    const actors = [
      'cli:ann@203.0.113.9',
      'schedule',
      'cli:ann@203.0.113.9',
      'page:bo@2001:db8::1',
    ];
    actors.forEach((actor, index) => runs.record(run({ actor, started: index * 10 })));
    assert.deepEqual(runs.actorsSince(5).toSorted(), [
      'cli:ann@203.0.113.9',
      'page:bo@2001:db8::1',
    ]);
    assert.deepEqual(runs.actorsSince(31), []);
  });

  it('do not grow without end', () => {
    const database = open();
    const runs = createRunLog(database);
    database.transaction(() => {
      for (let n = 0; n < 5_200; n++) runs.record(run({ message: String(n) }));
    });
    assert.equal(runs.recent(10_000).length, 5_000);
    assert.equal(runs.recent(1)[0]?.message, '5199');
  });

  it('know the policy enforced last, until it is cleared', () => {
    const history = createPolicyHistory(open());
    assert.equal(history.current(), null);
    history.record(record('z=1'));
    history.record(record('z=2'));
    assert.deepEqual(history.current(), record('z=2'));
    history.clear();
    assert.equal(history.current(), null);
  });

  it('keep the portal’s settings and the schedule apart', () => {
    const facts = createFacts(open());
    const { portalRecord: portal, held } = createKeptFacts(facts);
    const schedule = createSchedule(facts);
    portal.save({ serial: 3, values: { port: '5353' } });
    schedule.planned('update', 1000);
    schedule.beat(500);
    assert.deepEqual([schedule.next('update'), schedule.lastBeat()], [1000, 500]);
    schedule.clear();
    assert.deepEqual([schedule.next('update'), schedule.lastBeat()], [null, null]);
    assert.deepEqual(portal.load(), { serial: 3, values: { port: '5353' } });
    assert.equal(held.load(), null);
    portal.clear();
    assert.equal(portal.load(), null);
  });
});
