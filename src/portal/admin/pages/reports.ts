import { AgentError } from '../../../core/errors.ts';
import { shareBar } from '../../../site/charts/share-bar.ts';
import { formatCount } from '../../../site/format.ts';
import { urlBuilder } from '../../../site/urls.ts';
import type { ReportFilter, ReportKind, ReportedHit } from '../../hits/hit-store.ts';
import { cursorOf, cursorText } from '../../reports/cursor.ts';
import { hitsCsv, namesCsv, spansCsv } from '../../reports/csv.ts';
import { filterOf } from '../../reports/question.ts';
import {
  MOST_NAMES,
  hitsOverTime,
  labelOf,
  topNames,
  type TopEntry,
} from '../../reports/report.ts';
import { refusalOf, timeCell, type Cell, type Field, type TableView } from '../form.ts';
import { reportChart, stepOf } from '../report-chart.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { NotFoundError } from '../../model/change.ts';

const url = urlBuilder('');
/** What a report is asked for. */
const QUESTION = [
  'device',
  'policy',
  'address',
  'direction',
  'port',
  'days',
  'from',
  'to',
] as const;
type Asked = Readonly<Partial<Record<(typeof QUESTION)[number], string>>>;

const HITS = 50;
const NAMES = 10;
const DAYS = ['1', '7', '30', '90'];

/** The lists of names. The first is what an administrator is to look at first. */
const TOPS: readonly { kind: ReportKind; word: string; title: string; explanation: string }[] = [
  {
    ...{
      kind: 'inside',
      word: 'hosts',
      title: 'Inside hosts that tried to reach a blocked address',
    },
    explanation: 'Look at these machines first: what is blocked on its way out was started inside.',
  },
  { kind: 'remote', word: 'addresses', title: 'Blocked addresses', explanation: '' },
  { kind: 'port', word: 'ports', title: 'Blocked ports', explanation: '' },
  { kind: 'device', word: 'devices', title: 'Devices', explanation: '' },
];

/** The reports of the fleet. A question that cannot be used is shown again, with what is wrong. */
export async function showReports(request: PageRequest): Promise<PageAnswer> {
  const asked = askedOf(request);
  const base = { kind: 'page', view: 'reports', title: 'Reports', tab: 'reports' } as const;
  const form = { fields: fieldsOf(request, asked), isAsked: Object.keys(asked).length > 0 };
  try {
    const data = { ...form, report: await reportOf(request, asked) };
    return { ...base, notice: request.notice, data };
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return { ...base, ...refusalOf(thrown), data: { ...form, report: null } };
  }
}

async function reportOf(request: PageRequest, asked: Asked): Promise<object> {
  const { change, hits, now, query } = request;
  const filter = filterOf(change.store, asked, now);
  const [from, to] = [filter.from ?? 0, Math.min(filter.to ?? now, now)];
  const after = cursorOf(query('after') === '' ? null : query('after'));
  const [spans, found, ...tops] = await Promise.all([
    hitsOverTime(hits, filter, stepOf(from, to)),
    hits.find(filter, after, HITS),
    ...TOPS.map(({ kind }) => topNames({ store: change.store, hits }, kind, filter, NAMES)),
  ]);
  return {
    chart: reportChart(spans, from, to),
    empty: spans.length === 0,
    tops: TOPS.map((top, at) => topView(top, tops[at] ?? [], asked)),
    // The counts of names are kept by the day.
    wholeDays:
      filter.address === undefined && filter.port === undefined && filter.direction === undefined,
    tables: [hitsTable(request, found, asked)],
    csv: url('/reports/time.csv', asked),
  };
}

function topView(
  { kind, word, title, explanation }: (typeof TOPS)[number],
  names: readonly TopEntry[],
  asked: Asked,
): object {
  const most = names[0]?.hits ?? 0;
  return {
    ...{ title, explanation, csv: url(`/reports/top-${word}.csv`, asked) },
    rows: names.map(({ name, label, hits }) => ({
      label,
      hits: formatCount(hits),
      // What is drawn is said by the number, too.
      svg: shareBar(
        `${formatCount(hits)} hits`,
        [{ value: hits, style: kind === 'inside' ? 'called' : 'ours' }],
        most,
      ),
      path: url('/reports', { ...asked, ...questionOf(kind, name) }),
    })),
  };
}

function questionOf(kind: ReportKind, name: string): Readonly<Record<string, string>> {
  if (kind === 'device') return { device: name };
  if (kind === 'inside') return { address: name, direction: 'out' };
  if (kind === 'remote') return { address: name };
  const port = name.split('/', 1)[0] ?? '';
  return /^\d+$/.test(port) ? { port } : {};
}

function hitsTable(
  { change, now }: PageRequest,
  hits: readonly ReportedHit[],
  asked: Asked,
): TableView {
  const last = hits.at(-1);
  const path = (after: string): string => url('/reports', { ...asked, after });
  return {
    title: 'Hits, newest first',
    columns: ['When', 'Device', 'Way', 'Outside', 'Inside', 'Port'],
    rows: hits.map((hit): Cell[] => [
      timeCell(hit.time, now),
      { text: labelOf(change.store, hit.device) },
      { text: `${hit.direction}, ${hit.action}`, note: hit.interface },
      { text: hit.remote, href: url('/reports', { ...asked, address: hit.remote }) },
      { text: hit.inside },
      { text: hit.port === null ? hit.protocol : `${hit.port}/${hit.protocol}` },
    ]),
    empty: 'No hits.',
    actions: [{ label: 'All as CSV', path: url('/reports/hits.csv', asked) }],
    older:
      last === undefined || hits.length < HITS
        ? null
        : { label: 'Older', path: path(cursorText(last)) },
  };
}

/** All hits of the question as CSV. */
export function downloadHits(request: PageRequest): PageAnswer {
  const { change, hits } = request;
  return csvFile('hits', hitsCsv({ store: change.store, hits }, asFilter(request)));
}

/** Hits over time as CSV, by hour for a span of three days, else by day. */
export async function downloadTime(request: PageRequest): Promise<PageAnswer> {
  const filter = asFilter(request);
  const step = stepOf(filter.from ?? 0, filter.to ?? request.now);
  return csvFile('hits-over-time', spansCsv(await hitsOverTime(request.hits, filter, step)));
}

/** A list of names as CSV. */
export async function downloadTop(request: PageRequest): Promise<PageAnswer> {
  const { change, hits, param } = request;
  const top = TOPS.find(({ word }) => word === param('kind'));
  if (top === undefined) throw new NotFoundError('report', param('kind'));
  const ports = { store: change.store, hits };
  const names = await topNames(ports, top.kind, asFilter(request), MOST_NAMES);
  return csvFile(`top-${top.word}`, namesCsv(names));
}

function csvFile(name: string, body: Iterable<string> | AsyncIterable<string>): PageAnswer {
  return { kind: 'file', name: `${name}.csv`, type: 'text/csv', body };
}

function asFilter(request: PageRequest): ReportFilter {
  return filterOf(request.change.store, askedOf(request), request.now);
}

function askedOf({ query }: PageRequest): Asked {
  const given = QUESTION.map((name) => [name, query(name).slice(0, 200)] as const);
  // From and to win over the days of the same form.
  const isSpan = given.some(([name, value]) => ['from', 'to'].includes(name) && value !== '');
  return Object.fromEntries(
    given.filter(([name, value]) => value !== '' && !(isSpan && name === 'days')),
  );
}

function fieldsOf({ change }: PageRequest, asked: Asked): readonly Field[] {
  const { policies } = change.store;
  const all = { value: '', label: 'all' };
  const days = [...new Set([...DAYS, asked.days ?? '7'])];
  const names = policies.all().map(({ name }) => ({ value: name, label: name }));
  return [
    { name: 'address', label: 'Address or prefix', value: asked.address ?? '' },
    { name: 'device', label: 'Device', value: asked.device ?? '', help: 'nickname or id' },
    {
      name: 'policy',
      label: 'Policy',
      type: 'select',
      value: asked.policy ?? '',
      choices: [all, ...names],
    },
    {
      ...{ name: 'direction', label: 'Direction', type: 'select', value: asked.direction ?? '' },
      choices: [all, { value: 'in', label: 'in' }, { value: 'out', label: 'out' }],
    },
    { name: 'port', label: 'Port', value: asked.port ?? '' },
    {
      ...{ name: 'days', label: 'The last', type: 'select', value: asked.days ?? '7' },
      choices: days.map((value) => ({
        value,
        label: value === '1' ? '24 hours' : `${value} days`,
      })),
    },
    { name: 'from', label: 'or from (UTC)', value: asked.from ?? '', help: '2026-11-20 08:00' },
    { name: 'to', label: 'to (UTC)', value: asked.to ?? '', help: '2026-11-21' },
  ] satisfies readonly Field[];
}
