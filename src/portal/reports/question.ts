import { parsePort } from '../../core/port.ts';
import { parsePrefix } from '../../core/prefix-parse.ts';
import { SettingsError } from '../../core/errors.ts';
import type { ReportFilter } from '../hits/hit-store.ts';
import { NotFoundError } from '../model/change.ts';
import type { Store } from '../store.ts';

/** What a person asks the reports for; what is absent or empty does not matter. */
export interface ReportQuestion {
  /** Id or nickname; a retired device by its id. */
  readonly device?: string;
  /** Name of a policy: the devices in service that have it now. */
  readonly policy?: string;
  /** An address or a prefix, outside or inside. */
  readonly address?: string;
  /** `in` or `out`. */
  readonly direction?: string;
  readonly port?: string;
  /** `2026-11-20`, or a time such as `2026-11-20T12:00Z`; both in UTC. */
  readonly from?: string;
  /** The same; a day is meant with its end. */
  readonly to?: string;
  /** Instead of `from` and `to`: the last so many days. */
  readonly days?: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_DAYS = 7;
const MOST_DAYS = 3_660;
const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/;

/**
 * The filter of a question. Without a time it is the last 7 days, from a full hour on.
 * @throws SettingsError naming what cannot be used; FormatError for an address; NotFoundError
 */
export function filterOf(store: Store, question: ReportQuestion, now: number): ReportFilter {
  const { address = '' } = question;
  return {
    ...devicesOf(store, question),
    ...directionOf(question),
    ...portOf(question),
    ...(address === '' ? {} : { address: parsePrefix(address) }),
    ...timesOf(question, now),
  };
}

function devicesOf(
  store: Store,
  { device = '', policy = '' }: ReportQuestion,
): Pick<ReportFilter, 'devices'> {
  const one = device === '' ? null : deviceIdOf(store, device);
  const all = policy === '' ? null : devicesWith(store, policy);
  if (one === null) return all === null ? {} : { devices: all };
  return { devices: all === null || all.includes(one) ? [one] : [] };
}

function deviceIdOf({ devices }: Store, device: string): string {
  const found = devices.named(device) ?? devices.get(device);
  if (found === null) throw new NotFoundError('device', device);
  return found.id;
}

function devicesWith({ devices, policies }: Store, policy: string): readonly string[] {
  if (policies.get(policy) === null) throw new NotFoundError('policy', policy);
  return devices.withPolicy(policy).map(({ id }) => id);
}

function directionOf({ direction = '' }: ReportQuestion): Pick<ReportFilter, 'direction'> {
  if (direction === '') return {};
  if (direction === 'in' || direction === 'out') return { direction };
  throw new SettingsError(`the direction "${direction.slice(0, 20)}" is neither in nor out`);
}

function portOf({ port: text = '' }: ReportQuestion): Pick<ReportFilter, 'port'> {
  if (text === '') return {};
  const port = parsePort(text);
  if (port !== null) return { port };
  throw new SettingsError(`"${text.slice(0, 20)}" is not a port`);
}

function timesOf(question: ReportQuestion, now: number): Pick<ReportFilter, 'from' | 'to'> {
  const { from = '', to = '', days = '' } = question;
  if (from === '' && to === '') return { from: daysBefore(now, days) };
  if (days !== '') throw new SettingsError('days cannot be given with from and to');
  return between(from, to);
}

function between(from: string, to: string): Pick<ReportFilter, 'from' | 'to'> {
  const start = from === '' ? 0 : timeOf(from, 0);
  const end = to === '' ? Infinity : timeOf(to, DAY_MS);
  if (start >= end) throw new SettingsError('from is not before to');
  return { from: start, ...(to === '' ? {} : { to: end }) };
}

function daysBefore(now: number, days: string): number {
  const count = days === '' ? DEFAULT_DAYS : Number(days);
  if (!Number.isInteger(count) || count < 1 || count > MOST_DAYS) {
    throw new SettingsError(`"${days.slice(0, 20)}" is not a number of days`);
  }
  return Math.floor((now - count * DAY_MS) / HOUR_MS) * HOUR_MS;
}

/** @param dayMs added to a day without a time */
function timeOf(text: string, dayMs: number): number {
  const [, day = '', clock] = TIME.exec(text) ?? [];
  const time = Date.parse(`${day}T${clock ?? '00:00'}Z`);
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
  if (day === '' || !isReal) {
    throw new SettingsError(`"${text.slice(0, 40)}" is not a time`, {
      remedy: 'Write it such as 2026-11-20 or 2026-11-20T12:00Z; times are UTC.',
    });
  }
  return clock === undefined ? time + dayMs : time;
}
