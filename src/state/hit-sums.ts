import type { DailyHits, Hit, HourlyHits } from '../core/ports.ts';
import type { Database, SqlValue } from '../system/sqlite.ts';

/** Hits by hour and by day, for charts. */
export interface HitSums {
  add(hits: readonly Hit[]): void;
  /** Removes what is too old: hours after 60 days, days after 5 years. */
  prune(now: number): void;
  hourly(from: number): readonly HourlyHits[];
  daily(from: number): readonly DailyHits[];
}

/** One table of sums: hits of a span of time by direction and action. */
interface SpanTable {
  readonly add: (start: number, direction: string, action: string, hits: number) => void;
  readonly prune: (before: number) => void;
  readonly from: (start: number) => unknown[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_HOURS_MS = 60 * DAY_MS;
const KEPT_DAYS_MS = 5 * 366 * DAY_MS;

/** Start of the hour (UTC) that holds a time. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

/** The sums in the database; written inside a transaction of the caller. */
export function createHitSums(database: Database): HitSums {
  const hours = spanTable(database, 'hourly_hits', 'hour');
  const days = spanTable(database, 'daily_hits', 'day');
  return {
    add(hits) {
      for (const [key, count] of countByHour(hits)) {
        const [hour = '', direction = '', action = ''] = key.split('\n');
        hours.add(Number(hour), direction, action, count);
        days.add(dayOf(Number(hour)), direction, action, count);
      }
    },
    prune(now) {
      hours.prune(now - KEPT_HOURS_MS);
      days.prune(now - KEPT_DAYS_MS);
    },
    hourly: (from) => hours.from(hourOf(from)) as HourlyHits[],
    daily: (from) => days.from(dayOf(from)) as DailyHits[],
  };
}

function spanTable(database: Database, table: string, start: string): SpanTable {
  const insert = database.prepare(
    `INSERT INTO ${table} (${start}, direction, action, hits) VALUES (?, ?, ?, ?)
     ON CONFLICT (${start}, direction, action) DO UPDATE SET hits = hits + excluded.hits`,
  );
  const prune = database.prepare(`DELETE FROM ${table} WHERE ${start} < ?`);
  const select = database.prepare(
    `SELECT ${start}, direction, action, hits FROM ${table} WHERE ${start} >= ?
     ORDER BY ${start}, direction, action`,
  );
  return {
    add: (...values: readonly SqlValue[]) => void insert.run(...values),
    prune: (before) => void prune.run(before),
    from: (time) => select.all(time),
  };
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

function countByHour(hits: readonly Hit[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { time, direction, action } of hits) {
    const key = `${hourOf(time)}\n${direction}\n${action}`;
    sums.set(key, (sums.get(key) ?? 0) + 1);
  }
  return sums;
}
