import type { Hit, HourlyHits, RawHit } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';

/** Hits as the page shows them: the newest, and sums by hour. */
export interface RecentHits {
  /** Adds those that could be read; returns how many could not. */
  add(hits: readonly (Hit | RawHit)[], now: number): number;
  newest(limit: number): readonly Hit[];
  /** Hits since a moment, exact to the hour. */
  since(time: number): number;
  hourly(from: number): readonly HourlyHits[];
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

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_DAYS = 30;
const KEPT_HOURLY_DAYS = 400;

/** @param keptHits newest hits kept; none is older than 30 days, sums by hour than 400 */
export function createRecentHits(database: Database, keptHits: number): RecentHits {
  const statements = prepare(database);
  return {
    add(hits, now) {
      const readable = hits.filter((hit): hit is Hit => 'direction' in hit);
      for (const hit of readable) statements.insert.run(...valuesOf(hit));
      for (const [key, count] of sumsOf(readable)) {
        const [hour = '', direction = '', action = ''] = key.split('\n');
        statements.sum.run(Number(hour), direction, action, count);
      }
      if (readable.length > 0) {
        statements.pruneCount.run(keptHits);
        statements.pruneAge.run(now - KEPT_DAYS * DAY_MS);
        statements.pruneSums.run(now - KEPT_HOURLY_DAYS * DAY_MS);
      }
      return hits.length - readable.length;
    },
    newest: (limit) => statements.newest.all(limit).map((row) => hitOf(row as HitRow)),
    since: (time) => (statements.since.get(hourOf(time)) as { hits: number }).hits,
    hourly: (from) => statements.hourly.all(hourOf(from)) as HourlyHits[],
  };
}

function prepare(database: Database) {
  return {
    insert: database.prepare(
      `INSERT INTO hits (time, direction, interface, action, protocol, source, source_port, destination,
       destination_port, tracker, entry, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    sum: database.prepare(
      `INSERT INTO hourly_hits (hour, direction, action, hits) VALUES (?, ?, ?, ?)
       ON CONFLICT (hour, direction, action) DO UPDATE SET hits = hits + excluded.hits`,
    ),
    pruneCount: database.prepare('DELETE FROM hits WHERE id <= (SELECT max(id) FROM hits) - ?'),
    pruneAge: database.prepare('DELETE FROM hits WHERE time < ?'),
    pruneSums: database.prepare('DELETE FROM hourly_hits WHERE hour < ?'),
    newest: database.prepare('SELECT * FROM hits ORDER BY id DESC LIMIT ?'),
    since: database.prepare(
      'SELECT coalesce(sum(hits), 0) AS hits FROM hourly_hits WHERE hour > ?',
    ),
    hourly: database.prepare(
      'SELECT hour, direction, action, hits FROM hourly_hits WHERE hour >= ? ORDER BY hour, direction, action',
    ),
  };
}

function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

function sumsOf(hits: readonly Hit[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { time, direction, action } of hits) {
    const key = `${hourOf(time)}\n${direction}\n${action}`;
    sums.set(key, (sums.get(key) ?? 0) + 1);
  }
  return sums;
}

function valuesOf(hit: Hit) {
  return [
    ...[hit.time, hit.direction, hit.interface, hit.action, hit.protocol],
    ...[hit.source, hit.sourcePort, hit.destination, hit.destinationPort],
    ...[hit.tracker, hit.entry, hit.line],
  ] as const;
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
