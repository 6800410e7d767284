/** The hits of the last 24 hours and 7 days as charts, each with its table, and the names with most of them. */
import { isBlocking } from '../core/hit-ends.ts';
import type { TopKind, TopName, TopSpan } from '../core/ports.ts';
import type { HitSummary } from '../tasks/hit-questions.ts';
import { rankBar } from '../site/charts/rank-bar.ts';
import { stackedBars } from '../site/charts/stacked-bars.ts';
import { formatCount } from '../site/format.ts';
import { texts } from './texts.ts';

/** One chart and the table behind it. */
export interface ChartView {
  readonly title: string;
  /** Made by `charts/`, which escapes. */
  readonly svg: string;
  readonly total: string;
  readonly columns: readonly string[];
  readonly rows: readonly ChartRow[];
  /** Of the first row, ISO 8601; null: rows are whole days (UTC), which are none of another zone. */
  readonly firstHour: string | null;
}

/** One bar as a row. */
export interface ChartRow {
  /** UTC, e.g. `11-20 12:00`. */
  readonly start: string;
  readonly values: readonly string[];
}

/** One list of names. */
export interface TopView {
  readonly title: string;
  readonly explanation: string;
  readonly rows: readonly TopRow[];
}

/** One name: a link to its hits where it can be one. */
export interface TopRow {
  readonly name: string;
  readonly hits: string;
  /** Query of the hits page; null: others together. */
  readonly query: Readonly<Record<string, string>> | null;
  /** Made by `charts/`, which escapes. */
  readonly bar: string;
}

/** All of it. */
export interface HitsCharts {
  readonly day: ChartView;
  readonly week: ChartView;
  readonly tops: readonly TopView[];
  readonly empty: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const t = texts.charts;
const SERIES = [
  { direction: 'in', blocked: true, style: 'in' },
  { direction: 'out', blocked: true, style: 'out' },
  { direction: 'in', blocked: false, style: 'in-allowed' },
  { direction: 'out', blocked: false, style: 'out-allowed' },
] as const;

interface Sum {
  readonly start: number;
  readonly direction: 'in' | 'out';
  readonly action: string;
  readonly hits: number;
}

/** The charts of a summary. */
export function hitsCharts(summary: HitSummary, now: number): HitsCharts {
  const hours = summary.hourly.map(({ hour, ...sum }) => ({ ...sum, start: hour }));
  const days = summary.daily.map(({ day, ...sum }) => ({ ...sum, start: day }));
  return {
    day: chartOf('day', hours, { stepMs: HOUR_MS, count: 24, labelEvery: 4 }, now),
    week: chartOf('week', days, { stepMs: DAY_MS, count: 7, labelEvery: 1 }, now),
    tops: (['inside', 'address', 'port'] as const).map((kind) =>
      topOf(kind, summary.tops.week[kind]),
    ),
    empty: summary.daily.length === 0 && summary.hourly.length === 0,
  };
}

function chartOf(
  span: TopSpan,
  sums: readonly Sum[],
  { stepMs, count, labelEvery }: { stepMs: number; count: number; labelEvery: number },
  now: number,
): ChartView {
  const last = Math.floor(now / stepMs) * stepMs;
  const starts = Array.from({ length: count }, (_, at) => last - (count - 1 - at) * stepMs);
  const bars = starts.map((start) => ({
    label: labelOf(span, start),
    ...(span === 'day' ? { time: hourText(start) } : {}),
    values: valuesAt(sums, start),
  }));
  const totals = SERIES.map((_, index) =>
    bars.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
  );
  const title = t.spans[span];
  const names = SERIES.map(
    ({ direction, blocked }) => t.series[direction][blocked ? 'blocked' : 'allowed'],
  );
  const counted = names.map((name, index) => `${name}: ${formatCount(totals[index] ?? 0)}`);
  const description = `${title}. ${counted.join('; ')}`;
  const series = SERIES.map(({ style }, index) => ({ name: names[index] ?? '', style }));
  const chart = { description, series, bars, labelEvery };
  return {
    title,
    svg: stackedBars({ ...chart, formatValue: shortCount }),
    total: formatCount(totals.reduce((sum, value) => sum + value, 0)),
    columns: names,
    rows: starts.map((start, at) => ({
      start: startOf(span, start),
      values: (bars[at]?.values ?? []).map(formatCount),
    })),
    firstHour: span === 'day' ? hourText(starts[0] ?? last) : null,
  };
}

function valuesAt(sums: readonly Sum[], start: number): readonly number[] {
  return SERIES.map(({ direction, blocked }) =>
    sums
      .filter((sum) => sum.start === start && sum.direction === direction)
      .filter(({ action }) => isBlocking(action) === blocked)
      .reduce((total, { hits }) => total + hits, 0),
  );
}

function startOf(span: TopSpan, start: number): string {
  const iso = new Date(start).toISOString();
  return span === 'day' ? iso.slice(5, 16).replace('T', ' ') : iso.slice(5, 10);
}

/** ISO 8601 without what is always zero. */
function hourText(start: number): string {
  return `${new Date(start).toISOString().slice(0, 16)}Z`;
}

/** UTC, as the buckets are. */
function labelOf(span: TopSpan, start: number): string {
  const iso = new Date(start).toISOString();
  return span === 'day' ? iso.slice(11, 16) : iso.slice(5, 10);
}

function shortCount(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  return value >= 10_000 ? `${value / 1_000} k` : formatCount(value);
}

function topOf(kind: TopKind, names: readonly TopName[]): TopView {
  const most = Math.max(1, ...names.filter(({ name }) => name !== '').map(({ hits }) => hits));
  // The others together are no name: they come last, however many they are.
  const ordered = names.toSorted((a, b) => Number(a.name === '') - Number(b.name === ''));
  const rows = ordered.map(({ name, hits }) => ({
    bar: name === '' ? '' : rankBar(hits / most, kind === 'inside' ? 'out' : 'in'),
    name: name === '' ? t.others : name,
    hits: formatCount(hits),
    query: name === '' ? null : queryOf(kind, name),
  }));
  return { ...t.tops[kind], rows };
}

function queryOf(kind: TopKind, name: string): Readonly<Record<string, string>> {
  if (kind === 'inside') return { address: name, direction: 'out' };
  if (kind === 'address') return { address: name };
  const [port = '', protocol = ''] = name.split('/');
  return { port, protocol };
}
