/** Conditions of SQL statements. */
import { keyRange } from '../../core/address-key.ts';
import type { ReportCursor, ReportFilter } from './hit-store.ts';
import type { SqlValue } from './sql-session.ts';

/** A condition with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** All of them hold. */
export function allOf(conditions: readonly (Condition | null)[]): Condition {
  const given = conditions.filter((one) => one !== null);
  return {
    sql: given.length === 0 ? '1 = 1' : given.map(({ sql }) => sql).join(' AND '),
    values: given.flatMap(({ values }) => values),
  };
}

/** Of one of the devices. */
export function devicesIn({ devices }: Pick<ReportFilter, 'devices'>): Condition | null {
  if (devices === undefined) return null;
  if (devices.length === 0) return { sql: '1 = 0', values: [] };
  return { sql: `device IN (${devices.map(() => '?').join(', ')})`, values: devices };
}

/** Not before `from`, before `to`. */
export function timesOf(
  column: string,
  { from, to }: Pick<ReportFilter, 'from' | 'to'>,
): (Condition | null)[] {
  return [
    from === undefined ? null : { sql: `${column} >= ?`, values: [from] },
    to === undefined ? null : { sql: `${column} < ?`, values: [to] },
  ];
}

/** A column has a value, if one is given. */
export function equal(column: string, value: SqlValue | undefined): Condition | null {
  return value === undefined ? null : { sql: `${column} = ?`, values: [value] };
}

/** One end of the hit is in the prefix. */
export function addressIn({ address }: ReportFilter): Condition | null {
  if (address === undefined) return null;
  const { first, last } = keyRange(address);
  const sql = '(remote_key BETWEEN ? AND ? OR inside_key BETWEEN ? AND ?)';
  return { sql, values: [first, last, first, last] };
}

/** Older than the place. */
export function behind(after: ReportCursor | null): Condition | null {
  if (after === null) return null;
  const { time, device, batch, line } = after;
  return { sql: '(time, device, batch, line) < (?, ?, ?, ?)', values: [time, device, batch, line] };
}

/** A hit is in a filter. */
export function inFilter(filter: ReportFilter): readonly (Condition | null)[] {
  return [
    ...timesOf('time', filter),
    devicesIn(filter),
    equal('direction', filter.direction),
    equal('port', filter.port),
    addressIn(filter),
  ];
}
