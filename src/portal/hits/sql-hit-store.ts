/** The hit store in a database with SQL; what SQLite and PostgreSQL have in common is enough. */
import { addressKey } from '../../core/address-key.ts';
import type {
  HitPart,
  HitStore,
  PortalHit,
  ReportCursor,
  ReportedHit,
  ReportFilter,
} from './hit-store.ts';
import { hourly, top } from './sql-counts.ts';
import { allOf, behind, inFilter } from './sql-conditions.ts';
import { countPart } from './part-counts.ts';
import { schema } from './schema.ts';
import {
  openLater,
  type SqlRow,
  type SqlRunner,
  type SqlSession,
  type SqlValue,
} from './sql-session.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rows of one INSERT: SQLite takes 32,766 parameters. */
const ROWS = 500;

const SHOWN = [
  ...['device', 'batch', 'line', 'time', 'direction', 'action', 'protocol', 'interface'],
  ...['remote', 'inside', 'port', 'source_port'],
];
const NAME_KEYS = 'device, day, kind, name';
const COLUMNS = [...SHOWN, 'remote_key', 'inside_key'];

/**
 * Nothing is opened before the first call, so that a portal starts while its database is down.
 * @param open opens the database; called again after it failed
 */
export function createSqlHitStore(open: () => SqlSession): HitStore {
  const session = openLater(open, (opened) => opened.makeTables(schema(opened.bytesType)));
  return {
    check: async () => {
      await storedLines(session, '', '');
    },
    stored: (device, batch) => storedLines(session, device, batch),
    add: (part) => session.transaction((runner) => addPart(runner, part)),
    find: (filter, after, limit) => find(session, { filter, after, limit }),
    hourly: (filter) => hourly(session, filter),
    top: (kind, filter, limit) => top(session, { kind, filter, limit }),
    async forget(device, batch) {
      const sql = 'DELETE FROM report_batches WHERE device = ? AND batch = ?';
      await session.run(sql, [device, batch]);
    },
    prune: (time, limit) => session.transaction((runner) => prune(runner, time, limit)),
    close: () => session.close(),
  };
}

async function storedLines(runner: SqlRunner, device: string, batch: string): Promise<number> {
  const sql = 'SELECT lines FROM report_batches WHERE device = ? AND batch = ?';
  const [row] = await runner.all(sql, [device, batch]);
  return row === undefined ? 0 : Number(row['lines']);
}

async function addPart(runner: SqlRunner, part: HitPart): Promise<void> {
  if (!(await claim(runner, part))) return;
  for (let at = 0; at < part.hits.length; at += ROWS) {
    await insert(
      runner,
      'report_hits',
      COLUMNS,
      part.hits.slice(at, at + ROWS).map(valuesOf(part)),
    );
  }
  const { hours, names } = countPart(part);
  await addUp(runner, 'report_hours', ['device', 'hour', 'direction', 'blocked'], hours);
  await addUp(runner, 'report_names', ['device', 'day', 'kind', 'name'], names);
}

/** Moves the batch's end from the part's start to its end; false when the part is stored already. */
async function claim(runner: SqlRunner, { device, batch, from, lines }: HitPart): Promise<boolean> {
  if (from === 0) {
    const sql =
      'INSERT INTO report_batches (device, batch, lines) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    return (await runner.run(sql, [device, batch, lines])) > 0;
  }
  const sql = 'UPDATE report_batches SET lines = ? WHERE device = ? AND batch = ? AND lines = ?';
  return (await runner.run(sql, [from + lines, device, batch, from])) > 0;
}

function valuesOf({ device, batch }: HitPart): (hit: PortalHit) => readonly SqlValue[] {
  return (hit) => [
    ...[device, batch, hit.line, hit.time, hit.direction, hit.action, hit.protocol, hit.interface],
    ...[hit.remote, hit.inside, hit.port, hit.sourcePort],
    ...[addressKey(hit.remote), addressKey(hit.inside)],
  ];
}

async function insert(
  runner: SqlRunner,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => row).join(', ')}`;
  await runner.run(sql, rows.flat());
}

/** Adds counts to those that are there; each row ends in its count. */
async function addUp(
  runner: SqlRunner,
  table: string,
  keys: readonly string[],
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  const row = `(${[...keys, 'hits'].map(() => '?').join(', ')})`;
  const head = `INSERT INTO ${table} (${keys.join(', ')}, hits) VALUES `;
  const tail = ` ON CONFLICT (${keys.join(', ')}) DO UPDATE SET hits = ${table}.hits + excluded.hits`;
  for (let at = 0; at < rows.length; at += ROWS) {
    const some = rows.slice(at, at + ROWS);
    await runner.run(`${head}${some.map(() => row).join(', ')}${tail}`, some.flat());
  }
}

async function find(
  runner: SqlRunner,
  { filter, after, limit }: { filter: ReportFilter; after: ReportCursor | null; limit: number },
): Promise<readonly ReportedHit[]> {
  const where = allOf([...inFilter(filter), behind(after)]);
  const rows = await runner.all(
    `SELECT ${SHOWN.join(', ')} FROM report_hits WHERE ${where.sql} ORDER BY time DESC, device DESC, batch DESC, line DESC LIMIT ?`,
    [...where.values, limit],
  );
  return rows.map(hitOf);
}

function hitOf(row: SqlRow): ReportedHit {
  const text = (column: string): string => String(row[column]);
  const number = (column: string): number => Number(row[column]);
  const port = (column: string): number | null => (row[column] === null ? null : number(column));
  return {
    ...{ device: text('device'), batch: text('batch'), line: number('line'), time: number('time') },
    ...{ action: text('action'), protocol: text('protocol'), interface: text('interface') },
    direction: row['direction'] === 'in' ? 'in' : 'out',
    ...{ remote: text('remote'), inside: text('inside') },
    ...{ port: port('port'), sourcePort: port('source_port') },
  };
}

async function prune(runner: SqlRunner, time: number, limit: number): Promise<number> {
  const some = (table: string, keys: string, where: string): string =>
    `DELETE FROM ${table} WHERE (${keys}) IN (SELECT ${keys} FROM ${table} WHERE ${where} LIMIT ?)`;
  const hours = some('report_hours', 'device, hour, direction, blocked', 'hour < ?');
  // All kinds are named, so that the index is used.
  const names = some('report_names', NAME_KEYS, "kind IN ('inside', 'port', 'remote') AND day < ?");
  const hits = some('report_hits', 'device, batch, line', 'time < ?');
  const gone = await runner.run(hits, [time, limit]);
  const counts =
    (await runner.run(hours, [time - HOUR_MS, limit])) +
    (await runner.run(names, [time - DAY_MS, limit]));
  return gone + counts;
}
