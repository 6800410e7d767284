/**
 * Finding hits, newest first, in milliseconds however many are kept. A search goes along one index in the order of time
 * and looks at so many rows at most; where that was too few for a page, it says how far it came.
 */
import { addressKey, keyRange } from '../core/address-key.ts';
import { BLOCKING_ACTIONS } from '../core/hit-ends.ts';
import type { HitCursor, HitFilter, HitPage, StoredHit } from '../core/ports.ts';
import type { Prefix } from '../core/prefix-list.ts';
import { formatPrefix } from '../core/prefix-text.ts';
import type { Database, SqlValue, Statement } from '../system/sqlite.ts';
import { hitOf, type HitRow } from './hit-rows.ts';

/** Rows looked at for one page: each is read from its own place of the file, in some 5 µs of CPU when it is in memory. */
const MOST_ROWS = 1_000;

/** A condition of SQL with its values. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** One way through an index. */
interface Path {
  readonly index: 'hits_by_time' | 'hits_by_port' | 'hits_by_remote' | 'hits_by_inside';
  /** What the index answers, in the order of time; null: all. */
  readonly on: Condition | null;
  /** The rows are few and come in another order: all of them are looked at. */
  readonly few?: boolean;
}

/** What one path found, and the place where it gave up; null when it came to the end. */
interface Found {
  readonly hits: readonly StoredHit[];
  readonly stoppedAt: HitCursor | null;
}

/** Answers {@link HitStore.find}. */
export type FindHits = (filter: HitFilter, after: HitCursor | null, limit: number) => HitPage;

/** The search in the database. @param mostRows looked at for one page */
export function createHitSearch(database: Database, mostRows = MOST_ROWS): FindHits {
  const prepared = new Map<string, Statement>();
  const all = ({ sql, values }: Condition): unknown[] => {
    const statement = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, statement);
    return statement.all(...values);
  };
  return (filter, after, limit) => {
    const paths = pathsOf(filter, (path) => all(countOf(path, mostRows)).length <= mostRows);
    const rest = restOf(filter);
    const found = paths.map((path): Found => {
      const within = join([path.on, ...timesOf(filter), behind(after)]);
      const rows = all(pageOf(path, within, rest, { limit: limit + 1, mostRows }));
      const hits = rows.map((row) => hitOf(row as HitRow));
      if (hits.length > limit || path.few === true) return { hits, stoppedAt: null };
      const [stoppedAt] = all(lastLookedAt(path, within, mostRows));
      return { hits, stoppedAt: (stoppedAt as HitCursor | undefined) ?? null };
    });
    return mergeFound(found, limit);
  };
}

function pathsOf(filter: HitFilter, isFew: (path: Path) => boolean): readonly Path[] {
  const byAddress = filter.address === undefined ? [] : addressPaths(filter.address);
  if (byAddress.length > 0 && byAddress.every((path) => path.few !== true || isFew(path))) {
    return byAddress;
  }
  if (filter.port === undefined) return [{ index: 'hits_by_time', on: null }];
  return [{ index: 'hits_by_port', on: { sql: 'destination_port = ?', values: [filter.port] } }];
}

function addressPaths(prefix: Prefix): readonly Path[] {
  const { first, last } = keyRange(prefix);
  const single = addressKey(formatPrefix(prefix)) !== null;
  return (['remote', 'inside'] as const).map((end) => ({
    index: `hits_by_${end}`,
    on: single
      ? { sql: `${end}_key = ?`, values: [first] }
      : { sql: `${end}_key BETWEEN ? AND ?`, values: [first, last] },
    few: !single,
  }));
}

/** A row for each candidate, one more than are few at most. */
function countOf({ index, on }: Path, mostRows: number): Condition {
  const { sql, values } = join([on]);
  return {
    sql: `SELECT 1 FROM hits INDEXED BY ${index} WHERE ${sql} LIMIT ?`,
    values: [...values, mostRows + 1],
  };
}

function pageOf(
  { index, few = false }: Path,
  within: Condition,
  rest: Condition,
  { limit, mostRows }: { readonly limit: number; readonly mostRows: number },
): Condition {
  const order = 'ORDER BY time DESC, id DESC';
  const table = `hits INDEXED BY ${index}`;
  if (few) {
    return {
      sql: `SELECT * FROM ${table} WHERE ${within.sql} AND ${rest.sql} ${order} LIMIT ?`,
      values: [...within.values, ...rest.values, limit],
    };
  }
  return {
    sql: `SELECT * FROM (SELECT * FROM ${table} WHERE ${within.sql} ${order} LIMIT ?) WHERE ${rest.sql} LIMIT ?`,
    values: [...within.values, mostRows, ...rest.values, limit],
  };
}

function lastLookedAt({ index }: Path, within: Condition, mostRows: number): Condition {
  return {
    sql: `SELECT time, id FROM hits INDEXED BY ${index} WHERE ${within.sql} ORDER BY time DESC, id DESC LIMIT 1 OFFSET ?`,
    values: [...within.values, mostRows - 1],
  };
}

/** All conditions but the time. A path may have answered one of them already; asking again costs nothing. */
function restOf(filter: HitFilter): Condition {
  const { direction, blocked, interface: name, port, protocol, address } = filter;
  const equal = (column: string, value: SqlValue | undefined): Condition | null =>
    value === undefined ? null : { sql: `${column} = ?`, values: [value] };
  return join([
    equal('direction', direction),
    blocked === undefined ? null : verdict(blocked),
    equal('interface', name),
    equal('destination_port', port),
    equal('protocol', protocol),
    address === undefined ? null : eitherEnd(address),
  ]);
}

function verdict(blocked: boolean): Condition {
  const marks = BLOCKING_ACTIONS.map(() => '?').join(', ');
  return { sql: `action ${blocked ? 'IN' : 'NOT IN'} (${marks})`, values: BLOCKING_ACTIONS };
}

function eitherEnd(address: Prefix): Condition {
  const { first, last } = keyRange(address);
  const sql = '(remote_key BETWEEN ? AND ? OR inside_key BETWEEN ? AND ?)';
  return { sql, values: [first, last, first, last] };
}

function timesOf({ from, to }: HitFilter): readonly (Condition | null)[] {
  return [
    from === undefined ? null : { sql: 'time >= ?', values: [from] },
    to === undefined ? null : { sql: 'time < ?', values: [to] },
  ];
}

function behind(after: HitCursor | null): Condition | null {
  return after === null ? null : { sql: '(time, id) < (?, ?)', values: [after.time, after.id] };
}

function join(conditions: readonly (Condition | null)[]): Condition {
  const given = conditions.filter((one) => one !== null);
  return {
    sql: given.length === 0 ? 'true' : given.map(({ sql }) => sql).join(' AND '),
    values: given.flatMap(({ values }) => values),
  };
}

/** What is older than the place where one path gave up may lack hits of that path: it is left for the next page. */
function mergeFound(found: readonly Found[], limit: number): HitPage {
  const stops = found.map(({ stoppedAt }) => stoppedAt).filter((stop) => stop !== null);
  const [stop] = stops.toSorted(newestFirst);
  const byId = new Map(found.flatMap(({ hits }) => hits.map((hit) => [hit.id, hit])));
  const hits = [...byId.values()]
    .toSorted(newestFirst)
    .filter((hit) => stop === undefined || newestFirst(hit, stop) <= 0);
  if (hits.length <= limit) return { hits, next: stop ?? null, full: stop === undefined };
  const page = hits.slice(0, limit);
  const last = page.at(-1);
  const next = last === undefined ? null : { time: last.time, id: last.id };
  return { hits: page, next, full: true };
}

function newestFirst(a: HitCursor, b: HitCursor): number {
  return b.time - a.time || b.id - a.id;
}
