import assert from 'node:assert/strict';
import { chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/system/atomic-file.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createRunLock } from '../../src/system/run-lock.ts';
import { openDatabase } from '../../src/system/sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Any user but root. */
const SERVICE = 1234;

describe('what root writes into a folder of the service', () => {
  const folder = temporaryFolder();
  const owned = (...names: string[]) => join(folder(), 'state', ...names);
  const ownerOf = (path: string) => {
    const { uid, gid } = statSync(path);
    return { uid, gid };
  };

  beforeEach(function () {
    assert.equal(process.getuid?.(), 0, 'this test changes owners: run it as root');
    mkdirSync(owned(), { mode: 0o700 });
    chownSync(owned(), SERVICE, SERVICE);
  });

  it('belongs to the service, with the folders on the way', async () => {
    await writeFileAtomic(owned('policies', 'new', 'a.table'), 'x');
    await writeFileAtomic(owned('file'), 'old');
    await writeFileAtomic(owned('file'), 'new', 0o640);
    for (const path of ['policies', 'policies/new', 'policies/new/a.table', 'file']) {
      assert.deepEqual(ownerOf(owned(path)), { uid: SERVICE, gid: SERVICE }, path);
    }
    assert.equal(statSync(owned('file')).mode & 0o777, 0o640);
  });

  it('belongs to the service: databases with their journals, locks and the names of their holders', async () => {
    const database = openDatabase(owned('agent.sqlite'), ['CREATE TABLE t (a)']);
    await createRunLock(owned(), systemClock).hold('update', 'a test', 0, () => {
      database.exec('INSERT INTO t VALUES (1)');
      const names = readdirSync(owned());
      assert.deepEqual(names.toSorted(), [
        ...['agent.sqlite', 'agent.sqlite-shm', 'agent.sqlite-wal'],
        ...['update.lock', 'update.lock.holder'],
      ]);
      for (const name of names) {
        assert.deepEqual(ownerOf(owned(name)), { uid: SERVICE, gid: SERVICE }, name);
        assert.equal(statSync(owned(name)).mode & 0o777, 0o600, name);
      }
      assert.match(readFileSync(owned('update.lock.holder'), 'utf8'), /^a test \(process/);
      return Promise.resolve();
    });
    database.close();
  });

  it('stays root’s in a folder of root', async () => {
    await writeFileAtomic(join(folder(), 'file'), 'x');
    assert.deepEqual(ownerOf(join(folder(), 'file')), { uid: 0, gid: 0 });
  });
});
