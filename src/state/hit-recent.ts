import type { Hit, StoredHit } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';
import type { Counters } from './hit-counters.ts';
import { HIT_COLUMNS, hitOf, valuesOf, type HitRow } from './hit-rows.ts';

/** The hits that are kept, for the page. `add` and `prune` run inside a transaction of the caller. */
export interface RecentHits {
  add(hits: readonly Hit[]): void;
  /** Removes what is older than 30 days, and the oldest while there is more than allowed: so many at a time. */
  prune(now: number): void;
  newest(limit: number): readonly StoredHit[];
  byId(id: number): StoredHit | null;
  keepBytes(bytes: number): void;
}

const KEPT_MS = 30 * 24 * 3_600_000;
/** What a row takes beside its line, about: the other columns and the indexes. In the schema, too. */
const ROW_BYTES = 260;
/** When there is too much, a little more goes, so that not every line costs a look at the oldest. */
const ROOM = 0.02;
/** Rows removed at once; each collect can bring 2,000. */
const MOST_REMOVED = 10_000;
/** Rows of one INSERT: fewer calls are faster, but a statement has 32,766 parameters at most. */
const ROWS_PER_INSERT = 50;

/** @param keptBytes size of the hits kept, about */
export function createRecentHits(
  database: Database,
  counters: Counters,
  keptBytes: number,
): RecentHits {
  const statements = prepare(database);
  let allowed = keptBytes;
  return {
    add(hits) {
      const many = hits.length - (hits.length % ROWS_PER_INSERT);
      for (let at = 0; at < many; at += ROWS_PER_INSERT) {
        statements.insertMany.run(...hits.slice(at, at + ROWS_PER_INSERT).flatMap(valuesOf));
      }
      for (const hit of hits.slice(many)) statements.insertOne.run(...valuesOf(hit));
      counters.add('recent_bytes', sizeOf(hits));
    },
    prune(now) {
      removeOld(statements, counters, now - KEPT_MS);
      const excess = counters.get('recent_bytes') - allowed;
      if (excess > 0) removeOldest(statements, counters, excess + allowed * ROOM);
    },
    newest: (limit) => statements.newest.all(limit).map((row) => hitOf(row as HitRow)),
    byId(id) {
      const row = statements.byId.get(id) as HitRow | undefined;
      return row === undefined ? null : hitOf(row);
    },
    keepBytes(bytes) {
      allowed = bytes;
    },
  };
}

function prepare(database: Database) {
  const insert = `INSERT INTO hits (${HIT_COLUMNS.join(', ')}) VALUES `;
  const row = `(${HIT_COLUMNS.map(() => '?').join(', ')})`;
  return {
    insertOne: database.prepare(`${insert}${row}`),
    insertMany: database.prepare(`${insert}${Array<string>(ROWS_PER_INSERT).fill(row).join(', ')}`),
    old: database.prepare(
      'SELECT id, length(line) + ? AS bytes FROM hits WHERE time < ? ORDER BY time LIMIT ?',
    ),
    remove: database.prepare('DELETE FROM hits WHERE id IN (SELECT value FROM json_each(?))'),
    oldest: database.prepare('SELECT id, length(line) + ? AS bytes FROM hits ORDER BY id LIMIT ?'),
    newest: database.prepare('SELECT * FROM hits ORDER BY id DESC LIMIT ?'),
    byId: database.prepare('SELECT * FROM hits WHERE id = ?'),
  };
}

type Statements = ReturnType<typeof prepare>;

interface SizedRow {
  readonly id: number;
  readonly bytes: number;
}

function removeOld(statements: Statements, counters: Counters, before: number): void {
  remove(statements, counters, statements.old.all(ROW_BYTES, before, MOST_REMOVED) as SizedRow[]);
}

function removeOldest(statements: Statements, counters: Counters, excess: number): void {
  let freed = 0;
  const rows: SizedRow[] = [];
  for (const row of statements.oldest.iterate(ROW_BYTES, MOST_REMOVED)) {
    rows.push(row as SizedRow);
    freed += (row as SizedRow).bytes;
    if (freed >= excess) break;
  }
  remove(statements, counters, rows);
}

function remove(statements: Statements, counters: Counters, rows: readonly SizedRow[]): void {
  if (rows.length === 0) return;
  statements.remove.run(JSON.stringify(rows.map(({ id }) => id)));
  counters.add('recent_bytes', -rows.reduce((sum, { bytes }) => sum + bytes, 0));
}

function sizeOf(hits: readonly Hit[]): number {
  return hits.reduce((sum, { line }) => sum + line.length + ROW_BYTES, 0);
}
