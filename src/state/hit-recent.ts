import type { AddressHits, Hit } from '../core/ports.ts';
import type { Database, SqlValue } from '../system/sqlite.ts';
import type { Counters } from './hit-counters.ts';

/** The newest hits, for the page. Methods but `newest` run inside a transaction of the caller. */
export interface RecentHits {
  add(hits: readonly Hit[]): void;
  /** Removes what is older than 30 days, and the oldest while there is more than allowed. */
  prune(now: number): void;
  newest(limit: number): readonly Hit[];
  ofAddress(address: string): AddressHits;
}

interface HitRow {
  readonly time: number;
  readonly direction: Hit['direction'];
  readonly interface: string;
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly source_port: number | null;
  readonly destination: string;
  readonly destination_port: number | null;
  readonly tracker: number;
  readonly entry: string | null;
  readonly line: Uint8Array;
}

const KEPT_MS = 30 * 24 * 3_600_000;
/** What a row takes beside its line, about: the other columns and the index. In the schema, too. */
const ROW_BYTES = 200;
/** When there is too much, a little more goes, so that not every line costs a look at the oldest. */
const ROOM = 0.02;
/** Rows of one INSERT: fewer calls are faster, but a statement has 32,766 parameters at most. */
const ROWS_PER_INSERT = 50;
const COLUMNS = 12;

/** @param keptBytes size of the hits kept, about */
export function createRecentHits(
  database: Database,
  counters: Counters,
  keptBytes: number,
): RecentHits {
  const statements = prepare(database);
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
      const { bytes } = statements.oldBytes.get(ROW_BYTES, now - KEPT_MS) as { bytes: number };
      if (bytes > 0) {
        statements.removeOld.run(now - KEPT_MS);
        counters.add('recent_bytes', -bytes);
      }
      const excess = counters.get('recent_bytes') - keptBytes;
      if (excess > 0) removeOldest(statements, counters, excess + keptBytes * ROOM);
    },
    newest: (limit) => statements.newest.all(limit).map((row) => hitOf(row as HitRow)),
    ofAddress: (address) => addressHits(statements.ofAddress.get(address, address)),
  };
}

function prepare(database: Database) {
  const insert = `INSERT INTO hits (time, direction, interface, action, protocol, source, source_port,
    destination, destination_port, tracker, entry, line) VALUES `;
  const row = `(${Array<string>(COLUMNS).fill('?').join(', ')})`;
  return {
    insertOne: database.prepare(`${insert}${row}`),
    insertMany: database.prepare(`${insert}${Array<string>(ROWS_PER_INSERT).fill(row).join(', ')}`),
    oldBytes: database.prepare(
      'SELECT coalesce(sum(length(line) + ?), 0) AS bytes FROM hits WHERE time < ?',
    ),
    removeOld: database.prepare('DELETE FROM hits WHERE time < ?'),
    oldest: database.prepare('SELECT id, length(line) + ? AS bytes FROM hits ORDER BY id'),
    removeTo: database.prepare('DELETE FROM hits WHERE id <= ?'),
    newest: database.prepare('SELECT * FROM hits ORDER BY id DESC LIMIT ?'),
    ofAddress: database.prepare(
      `SELECT count(*) AS count, min(time) AS first, max(time) AS last,
         json_group_array(DISTINCT tracker) FILTER (WHERE tracker > 0) AS trackers
       FROM hits WHERE source = ? OR destination = ?`,
    ),
  };
}

type Statements = ReturnType<typeof prepare>;

function removeOldest(statements: Statements, counters: Counters, excess: number): void {
  let [freed, last] = [0, -1];
  for (const row of statements.oldest.iterate(ROW_BYTES)) {
    const { id, bytes } = row as { id: number; bytes: number };
    freed += bytes;
    last = id;
    if (freed >= excess) break;
  }
  statements.removeTo.run(last);
  counters.add('recent_bytes', -freed);
}

function addressHits(row: unknown): AddressHits {
  const { trackers, ...hits } = row as Omit<AddressHits, 'trackers'> & { trackers: string };
  return { ...hits, trackers: JSON.parse(trackers) as number[] };
}

function sizeOf(hits: readonly Hit[]): number {
  return hits.reduce((sum, { line }) => sum + line.length + ROW_BYTES, 0);
}

function valuesOf(hit: Hit): readonly SqlValue[] {
  return [
    ...[hit.time, hit.direction, hit.interface, hit.action, hit.protocol],
    ...[hit.source, hit.sourcePort, hit.destination, hit.destinationPort],
    ...[hit.tracker, hit.entry, hit.line],
  ];
}

function hitOf(row: HitRow): Hit {
  const { time, direction, action, protocol, source, destination, tracker, entry, line } = row;
  return {
    ...{ time, direction, interface: row.interface, action, protocol },
    ...{ source, sourcePort: row.source_port },
    ...{ destination, destinationPort: row.destination_port },
    ...{ tracker, entry, line },
  };
}
