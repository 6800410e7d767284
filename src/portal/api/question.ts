import type { ReportFilter } from '../hits/hit-store.ts';
import { filterOf } from '../reports/question.ts';
import type { ApiRequest } from './route.ts';

/** Which hits a route is asked for. */
export const QUESTION_QUERY = {
  device: 'id or nickname',
  policy: 'devices that have this policy',
  address: 'address or prefix, outside or inside',
  direction: 'in or out',
  port: 'destination port',
  from: 'day or time (UTC), e.g. 2026-11-20 or 2026-11-20T12:00Z',
  to: 'day or time (UTC)',
  days: 'the last so many days; default 7',
} as const;

/** The filter of a request. @throws SettingsError, FormatError or NotFoundError naming what cannot be used */
export function askedFilter({ store, clock, query }: ApiRequest): ReportFilter {
  const given = Object.keys(QUESTION_QUERY).map((name) => [name, query(name) ?? '']);
  return filterOf(store, Object.fromEntries(given) as object, clock.now());
}
