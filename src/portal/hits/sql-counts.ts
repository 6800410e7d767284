/** Counts of hits: from the tables that are counted beforehand, or from the hits where those do not tell. */
import { BLOCKING_ACTIONS } from '../../core/hit-ends.ts';
import type { HourCount, NamedCount, ReportFilter, ReportKind } from './hit-store.ts';
import { allOf, devicesIn, equal, inFilter, timesOf, type Condition } from './sql-conditions.ts';
import type { SqlRunner } from './sql-session.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const IS_BLOCKED = `action IN (${BLOCKING_ACTIONS.map((action) => `'${action}'`).join(', ')})`;

/** Where something is counted. */
interface Counted {
  /** The table, or hits as one. */
  readonly table: string;
  readonly where: Condition;
}

/** Hits by hour; see `HitStore.hourly`. */
export async function hourly(
  runner: SqlRunner,
  filter: ReportFilter,
): Promise<readonly HourCount[]> {
  const { table, where } = isCountedByHour(filter) ? countedHours(filter) : hoursOfHits(filter);
  const rows = await runner.all(
    `SELECT hour, direction, blocked, sum(hits) AS hits FROM ${table} WHERE ${where.sql}
     GROUP BY hour, direction, blocked ORDER BY hour, direction, blocked`,
    where.values,
  );
  return rows.map(({ hour, direction, blocked, hits }) => ({
    time: Number(hour),
    direction: direction as HourCount['direction'],
    blocked: Number(blocked) === 1,
    hits: Number(hits),
  }));
}

function isCountedByHour({ address, port }: ReportFilter): boolean {
  return address === undefined && port === undefined;
}

function countedHours(filter: ReportFilter): Counted {
  const conditions = [devicesIn(filter), equal('direction', filter.direction)];
  return { table: 'report_hours', where: allOf([...timesOf('hour', filter), ...conditions]) };
}

function hoursOfHits(filter: ReportFilter): Counted {
  const table = `(SELECT h.*, h.time - h.time % ${HOUR_MS} AS hour, 1 AS hits,
    CASE WHEN ${IS_BLOCKED} THEN 1 ELSE 0 END AS blocked FROM report_hits h) counted`;
  return { table, where: allOf(inFilter(filter)) };
}

/** The names with the most blocked hits; see `HitStore.top`. */
export async function top(
  runner: SqlRunner,
  { kind, filter, limit }: { kind: ReportKind; filter: ReportFilter; limit: number },
): Promise<readonly NamedCount[]> {
  const isCounted = isCountedByHour(filter) && filter.direction === undefined;
  const { table, where } = isCounted ? countedNames(kind, filter) : namesOfHits(kind, filter);
  const rows = await runner.all(
    `SELECT name, sum(hits) AS hits FROM ${table} WHERE ${where.sql}
     GROUP BY name ORDER BY sum(hits) DESC, name LIMIT ?`,
    [...where.values, limit],
  );
  return rows.map((row) => ({ name: String(row['name']), hits: Number(row['hits']) }));
}

function countedNames(kind: ReportKind, filter: ReportFilter): Counted {
  const { from, to } = filter;
  const days = {
    ...(from === undefined ? {} : { from: Math.floor(from / DAY_MS) * DAY_MS }),
    ...(to === undefined ? {} : { to }),
  };
  if (kind === 'device') {
    const conditions = [equal('blocked', 1), ...timesOf('hour', days), devicesIn(filter)];
    const table = '(SELECT h.*, h.device AS name FROM report_hours h) counted';
    return { table, where: allOf(conditions) };
  }
  const conditions = [equal('kind', kind), ...timesOf('day', days), devicesIn(filter)];
  return { table: 'report_names', where: allOf(conditions) };
}

const NAMES: Readonly<Record<ReportKind, string>> = {
  remote: 'h.remote',
  inside: 'h.inside',
  device: 'h.device',
  port: "CASE WHEN h.port IS NULL THEN h.protocol ELSE CAST(h.port AS TEXT) || '/' || h.protocol END",
};

function namesOfHits(kind: ReportKind, filter: ReportFilter): Counted {
  const blocked = { sql: IS_BLOCKED, values: [] };
  const out = kind === 'inside' ? equal('direction', 'out') : null;
  const table = `(SELECT h.*, ${NAMES[kind]} AS name, 1 AS hits FROM report_hits h) counted`;
  return { table, where: allOf([blocked, out, ...inFilter(filter)]) };
}
