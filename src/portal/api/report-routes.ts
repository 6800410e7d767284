import { FormatError } from '../../core/errors.ts';
import type { ReportKind } from '../hits/hit-store.ts';
import { namesCsv, spansCsv } from '../reports/csv.ts';
import {
  MOST_NAMES,
  hitsOverTime,
  topNames,
  type SpanCount,
  type Step,
  type TopEntry,
} from '../reports/report.ts';
import { limitOf } from './page.ts';
import { QUESTION_QUERY, askedFilter } from './question.ts';
import type { ApiRequest, ApiRoute } from './route.ts';
import { NUMBER, TEXT, object, type Schema } from './schema.ts';

const span = object({
  ...{ time: NUMBER, blockedIn: NUMBER, blockedOut: NUMBER, passedIn: NUMBER, passedOut: NUMBER },
});
const entry = object({ name: TEXT, label: TEXT, hits: NUMBER });
const items = (item: Schema): Schema => object({ items: { type: 'array', items: item } });

/** What is counted, by the word in the address. */
const KINDS: readonly (readonly [word: string, kind: ReportKind, summary: string])[] = [
  ['addresses', 'remote', 'Outside addresses with the most blocked hits'],
  ['ports', 'port', 'Destination ports with the most blocked hits'],
  ['devices', 'device', 'Devices with the most blocked hits'],
  ['hosts', 'inside', 'Inside hosts that tried most to reach a blocked address'],
];

/** `/v1/reports`. */
export const REPORT_ROUTES: readonly ApiRoute[] = [
  {
    ...{ method: 'get', path: '/reports/time', scope: 'hits:read', status: 200 },
    summary: 'Hits over time, oldest first; hours or days (UTC) without hits are left out',
    ...{ query: { ...QUESTION_QUERY, by: 'hour or day; default day' }, answer: items(span) },
    run: async (request) => ({ items: await spansOf(request) }),
    csv: async (request) => spansCsv(await spansOf(request)),
  },
  ...KINDS.map(([word, kind, summary]): ApiRoute => ({
    ...{ method: 'get', path: `/reports/top/${word}`, scope: 'hits:read', status: 200 },
    summary: `${summary}, by whole days (UTC) unless an address, a port or a direction is asked for`,
    query: { ...QUESTION_QUERY, limit: `most items, up to ${MOST_NAMES}; default 100` },
    answer: items(entry),
    run: async (request) => ({ items: await namesOf(request, kind) }),
    csv: async (request) => namesCsv(await namesOf(request, kind)),
  })),
];

function spansOf(request: ApiRequest): Promise<readonly SpanCount[]> {
  return hitsOverTime(request.hits, askedFilter(request), stepOf(request.query('by') ?? 'day'));
}

function namesOf(request: ApiRequest, kind: ReportKind): Promise<readonly TopEntry[]> {
  return topNames(request, kind, askedFilter(request), limitOf(request));
}

/** @throws FormatError */
function stepOf(text: string): Step {
  if (text === 'hour' || text === 'day') return text;
  throw new FormatError('by is hour or day');
}
