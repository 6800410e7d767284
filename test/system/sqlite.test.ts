import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const V1 = 'CREATE TABLE t (n INTEGER)';
const V2 = 'ALTER TABLE t ADD COLUMN m INTEGER DEFAULT 7';

describe('the database', () => {
  const folder = temporaryFolder();
  const path = () => join(folder(), 'state', 'agent.sqlite');

  it('is made with its folder, for the owner only', () => {
    openDatabase(path(), [V1]).close();
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder(), 'state')).mode & 0o777, 0o700);
  });

  it('brings an older schema up to date and keeps its rows', () => {
    const old = openDatabase(path(), [V1]);
    old.prepare('INSERT INTO t VALUES (?)').run(1);
    old.close();
    const database = openDatabase(path(), [V1, V2]);
    assert.deepEqual(database.prepare('SELECT * FROM t').all(), [{ n: 1, m: 7 }]);
    database.close();
  });

  it('refuses a schema of a newer release instead of guessing', () => {
    openDatabase(path(), [V1, V2]).close();
    assert.throws(() => openDatabase(path(), [V1]), /made by a newer release/);
  });

  it('undoes a transaction that throws', () => {
    const database = openDatabase(path(), [V1]);
    assert.throws(() =>
      database.transaction(() => {
        database.prepare('INSERT INTO t VALUES (1)').run();
        throw new Error('stop');
      }),
    );
    assert.deepEqual(database.prepare('SELECT * FROM t').all(), []);
    database.close();
  });

  it('names the file when it is damaged', () => {
    const broken = join(folder(), 'broken.sqlite');
    writeFileSync(broken, 'this is no database, and long enough to be read as one'.repeat(50));
    assert.throws(
      () => openDatabase(broken, [V1]),
      (error) => error instanceof HostError && error.message.includes(broken),
    );
  });
});
