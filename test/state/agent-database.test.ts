import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  damagedDatabases,
  newerDatabases,
  openAgentDatabase,
} from '../../src/state/agent-database.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TestClock } from '../support/test-clock.ts';

const LOG = '/var/log/filter.log';

describe('openAgentDatabase', () => {
  const folder = temporaryFolder();
  const file = () => join(folder(), 'agent.sqlite');

  it('keeps a file that is no database, under a name with the time, and starts anew', () => {
    const clock = new TestClock();
    writeFileSync(file(), 'no database');
    const database = openAgentDatabase(file(), clock);
    const stamp = new Date(clock.time).toISOString().replace(/[-:]|\.\d+/g, '');
    const kept = `${file()}.damaged-${stamp}`;
    assert.deepEqual(damagedDatabases(file()), [kept]);
    assert.equal(readFileSync(kept, 'utf8'), 'no database');
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    database.close();
    openAgentDatabase(file(), clock).close();
    assert.deepEqual(damagedDatabases(file()), [kept]);
  });

  it('reports one gap, from the last write of the damaged database to the first read of the log', () => {
    const clock = new TestClock();
    writeFileSync(file(), 'no database');
    clock.time = Math.ceil(statSync(file()).mtimeMs) + 60_000;
    const database = openAgentDatabase(file(), clock);
    const hits = createHitStore(database, { clock });
    assert.equal(hits.position(LOG), null);
    clock.time += 5_000;
    hits.append(LOG, [], 'p1');
    hits.append(LOG, [], 'p2');
    hits.append('another', [], 'q1');
    const [gap, ...more] = hits.gaps(9);
    assert.deepEqual(more, []);
    assert.match(gap?.reason ?? '', /kept as agent\.sqlite\.damaged-\d{8}T\d{6}Z/);
    assert.deepEqual([gap?.source, gap?.to], [LOG, clock.time]);
    assert.ok(Math.abs((gap?.from ?? 0) - (clock.time - 65_000)) <= 1);
    database.close();
  });

  it('keeps the two newest of them', () => {
    const clock = new TestClock();
    for (let times = 0; times < 4; times += 1) {
      writeFileSync(file(), `damaged ${times}`);
      openAgentDatabase(file(), clock).close();
      clock.time += 1_000;
    }
    const texts = damagedDatabases(file()).map((path) => readFileSync(path, 'utf8'));
    assert.deepEqual(texts, ['damaged 2', 'damaged 3']);
  });

  describe('of a newer release', () => {
    /** As a release with more tables, columns and steps leaves it. */
    function newerDatabase(clock: TestClock) {
      const newer = openAgentDatabase(file(), clock);
      newer.exec(`
        INSERT INTO facts VALUES ('confirmation', '{}');
        INSERT INTO runs VALUES (7, 'update', 'schedule', 1, 2, 'done', 'as it was');
        ALTER TABLE runs ADD COLUMN flavour TEXT NOT NULL DEFAULT 'new';
        CREATE TABLE flavours (name TEXT);
        DROP TABLE hourly_hits;
        PRAGMA user_version = 9999`);
      return newer;
    }
    const others = () => readdirSync(folder()).filter((name) => !name.includes('.newer-'));

    it('is kept, and a new one has what both know', () => {
      const clock = new TestClock();
      newerDatabase(clock).close();
      const older = openAgentDatabase(file(), clock);
      assert.deepEqual(older.prepare('SELECT * FROM runs').all(), [
        {
          id: 7,
          task: 'update',
          actor: 'schedule',
          started: 1,
          duration_ms: 2,
          outcome: 'done',
          message: 'as it was',
        },
      ]);
      assert.deepEqual(older.prepare('SELECT count(*) AS n FROM hourly_hits').get(), { n: 0 });
      assert.notEqual(
        older.prepare("SELECT 1 FROM facts WHERE name = 'confirmation'").get(),
        undefined,
      );
      older.close();
      assert.equal(newerDatabases(file()).length, 1);
      assert.deepEqual(damagedDatabases(file()), []);
      assert.deepEqual(others(), ['agent.sqlite']);
      assert.equal(statSync(file()).mode & 0o777, 0o600);
      openAgentDatabase(file(), clock).close();
      assert.equal(newerDatabases(file()).length, 1);
    });

    it('is left alone while a program of that release uses it', () => {
      const clock = new TestClock();
      const newer = newerDatabase(clock);
      assert.throws(
        () => openAgentDatabase(file(), clock, { busyTimeoutMs: 1 }),
        /a program of that release has it open/,
      );
      assert.deepEqual(newerDatabases(file()), []);
      newer.exec("INSERT INTO flavours VALUES ('kept')");
      newer.close();
      openAgentDatabase(file(), clock).close();
      assert.equal(newerDatabases(file()).length, 1);
    });

    it('is kept twice at most', () => {
      const clock = new TestClock();
      for (let times = 0; times < 4; times += 1) {
        const newer = openAgentDatabase(file(), clock);
        newer.exec('PRAGMA user_version = 9999');
        newer.close();
        openAgentDatabase(file(), clock).close();
        clock.time += 1_000;
      }
      assert.equal(newerDatabases(file()).length, 2);
    });
  });
});
