import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import NodeSqlite from '../../packaging/node-sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Both have more than the agent uses; what it uses has one form. */
const IMPLEMENTATIONS = {
  'better-sqlite3': BetterSqlite as unknown as typeof NodeSqlite,
  "Node's own": NodeSqlite,
};

for (const [name, Sqlite] of Object.entries(IMPLEMENTATIONS)) {
  describe(`SQLite, ${name}`, () => {
    const folder = temporaryFolder();
    const open = (timeout = 0) => new Sqlite(join(folder(), 'one.sqlite'), { timeout });
    const codeOf = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        assert.ok(error instanceof Sqlite.SqliteError, String(error));
        return error.code;
      }
      assert.fail('no error');
    };

    it('gives rows, blobs and single values as they were stored', () => {
      const database = open();
      database.exec('CREATE TABLE one (id INTEGER PRIMARY KEY, body BLOB, text TEXT)');
      const insert = database.prepare('INSERT INTO one (body, text) VALUES (?, ?)');
      assert.equal(insert.run(Buffer.from('blob'), 'text').changes, 1);
      insert.run(null, null);
      const [first, second] = database.prepare('SELECT * FROM one ORDER BY id').all() as {
        body: Buffer | null;
      }[];
      assert.deepEqual({ ...first }, { id: 1, body: Buffer.from('blob'), text: 'text' });
      assert.equal(first?.body?.toString('latin1'), 'blob');
      assert.equal(second?.body, null);
      assert.equal(database.prepare('SELECT 1 FROM one WHERE id = ?').get(9), undefined);
      assert.deepEqual(database.prepare('SELECT id FROM one').pluck().all(), [1, 2]);
      assert.equal([...database.prepare('SELECT id FROM one').iterate()].length, 2);
      database.pragma('user_version = 7');
      assert.equal(database.pragma('user_version', { simple: true }), 7);
      database.close();
    });

    it('runs a transaction as a whole or not at all, also one in another', () => {
      const database = open();
      database.exec('CREATE TABLE one (id INTEGER PRIMARY KEY)');
      const count = () => database.prepare('SELECT count(*) FROM one').pluck().get();
      const put = (id: number) => database.prepare('INSERT INTO one VALUES (?)').run(id);
      const failing = database.transaction(() => {
        put(1);
        throw new Error('stop');
      });
      assert.throws(() => failing.immediate(), /stop/);
      assert.equal(count(), 0);
      const outer = database.transaction(() => {
        put(1);
        assert.throws(() => failing.immediate());
        put(2);
        return 'done';
      });
      assert.equal(outer.immediate(), 'done');
      assert.equal(count(), 2);
      database.close();
    });

    it('tells its errors apart by the names of their codes', () => {
      const [one, two] = [open(), open()];
      one.exec('CREATE TABLE one (id INTEGER PRIMARY KEY)');
      one.exec('INSERT INTO one VALUES (1)');
      assert.match(
        codeOf(() => one.exec('INSERT INTO one VALUES (1)')),
        /^SQLITE_CONSTRAINT/,
      );
      assert.equal(
        codeOf(() => one.prepare('SELECT * FROM nowhere')),
        'SQLITE_ERROR',
      );
      one.exec('BEGIN IMMEDIATE');
      assert.equal(
        codeOf(() => two.exec('BEGIN IMMEDIATE')),
        'SQLITE_BUSY',
      );
      one.close();
      two.close();
      writeFileSync(join(folder(), 'text'), 'this is no database, and never was one'.repeat(99));
      const bad = new Sqlite(join(folder(), 'text'), { timeout: 0 });
      assert.equal(
        codeOf(() => bad.pragma('journal_mode = WAL')),
        'SQLITE_NOTADB',
      );
      bad.close();
    });
  });
}
