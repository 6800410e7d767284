/** The hits of the last 24 hours and 7 days as charts, each with its table, and the names with most of them. */
import { isBlocking } from '../core/hit-ends.ts';
import type { TopKind, TopName, TopSpan } from '../core/ports.ts';
import type { HitSummary } from '../tasks/hit-questions.ts';
import { hitsChart, type HitsChart } from '../site/charts/hits-chart.ts';
import { rankBar } from '../site/charts/rank-bar.ts';
import { formatCount } from '../site/format.ts';
import { texts } from './texts.ts';

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
  readonly day: HitsChart;
  readonly week: HitsChart;
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
): HitsChart {
  const last = Math.floor(now / stepMs) * stepMs;
  const starts = Array.from({ length: count }, (_, at) => last - (count - 1 - at) * stepMs);
  return hitsChart({
    ...{ title: t.spans[span], step: span === 'day' ? 'hour' : 'day', labelEvery },
    series: SERIES.map(({ direction, blocked, style }) => ({
      name: t.series[direction][blocked ? 'blocked' : 'allowed'],
      style,
    })),
    bars: starts.map((start) => ({ start, values: valuesAt(sums, start) })),
  });
}

function valuesAt(sums: readonly Sum[], start: number): readonly number[] {
  return SERIES.map(({ direction, blocked }) =>
    sums
      .filter((sum) => sum.start === start && sum.direction === direction)
      .filter(({ action }) => isBlocking(action) === blocked)
      .reduce((total, { hits }) => total + hits, 0),
  );
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
