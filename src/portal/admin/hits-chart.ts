/** Hits over time as a chart with its table. Pure. */
import { stackedBars } from '../../site/charts/stacked-bars.ts';
import { formatCount } from '../../site/format.ts';
import type { SpanCount } from '../reports/report.ts';

/** The chart, as the template `reports` shows it. */
export interface HitsChart {
  readonly title: string;
  /** Made by `charts/`, which escapes. */
  readonly svg: string;
  readonly total: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    /** UTC. */
    readonly start: string;
    readonly values: readonly string[];
  }[];
  /** Of the first row, ISO 8601; null: rows are days (UTC). */
  readonly firstHour: string | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Spans up to this are shown by the hour. */
const HOURLY_MS = 3 * DAY_MS;
const MOST_BARS = 92;
/** Labels that have room below the chart. */
const LABELS = 8;

const SERIES = [
  { column: 'blockedIn', name: 'In, blocked', style: 'in' },
  { column: 'blockedOut', name: 'Out, blocked', style: 'out' },
  { column: 'passedIn', name: 'In, let through', style: 'in-allowed' },
  { column: 'passedOut', name: 'Out, let through', style: 'out-allowed' },
] as const;

/** The width of one bar for a span of time. */
export function stepOf(from: number, to: number): 'hour' | 'day' {
  return to - from <= HOURLY_MS ? 'hour' : 'day';
}

/**
 * The chart of counts from {@link SpanCount}s of the step that {@link stepOf} says. A span of more than 92 days has bars of
 * several days each.
 */
export function hitsChart(spans: readonly SpanCount[], from: number, to: number): HitsChart {
  const step = stepOf(from, to);
  const stepMs = step === 'hour' ? HOUR_MS : DAY_MS;
  // Without a beginning it is the first hit.
  const begin = from > 0 ? from : Math.min(spans[0]?.time ?? to, to);
  const first = Math.floor(begin / stepMs) * stepMs;
  const steps = Math.max(1, Math.ceil((to - first) / stepMs));
  const widthMs = stepMs * Math.ceil(steps / MOST_BARS);
  const times = Array.from(
    { length: Math.ceil((to - first) / widthMs) || 1 },
    (_, at) => first + at * widthMs,
  );
  const values = sumsOf(spans, { first, widthMs, count: times.length });
  const totals = SERIES.map((_, index) => values.reduce((sum, row) => sum + (row[index] ?? 0), 0));
  const title = `Hits by ${widthText(widthMs)}`;
  const bars = times.map((time, at) => ({
    label: labelOf(time, step),
    ...(step === 'hour' ? { time: isoText(time) } : {}),
    values: values[at] ?? [],
  }));
  const sums = SERIES.map(({ name }, index) => `${name}: ${formatCount(totals[index] ?? 0)}`);
  const svg = stackedBars({
    ...{ series: SERIES, bars },
    description: `${title}. ${sums.join('; ')}`,
    labelEvery: Math.ceil(times.length / LABELS),
    formatValue: shortCount,
  });
  return {
    ...{ title, svg, columns: SERIES.map(({ name }) => name) },
    total: formatCount(totals.reduce((sum, value) => sum + value, 0)),
    rows: times.map((time, at) => ({
      start:
        step === 'hour' ? isoText(time).slice(5, 16).replace('T', ' ') : isoText(time).slice(0, 10),
      values: (values[at] ?? []).map(formatCount),
    })),
    firstHour: step === 'hour' ? isoText(first) : null,
  };
}

function sumsOf(
  spans: readonly SpanCount[],
  { first, widthMs, count }: { first: number; widthMs: number; count: number },
): readonly (readonly number[])[] {
  const sums = Array.from({ length: count }, () => SERIES.map(() => 0));
  for (const span of spans) {
    const row = sums[Math.floor((span.time - first) / widthMs)];
    SERIES.forEach(({ column }, index) => {
      if (row !== undefined) row[index] = (row[index] ?? 0) + span[column];
    });
  }
  return sums;
}

function widthText(widthMs: number): string {
  if (widthMs === HOUR_MS) return 'the hour';
  return widthMs === DAY_MS ? 'the day' : `${widthMs / DAY_MS} days`;
}

function labelOf(time: number, step: 'hour' | 'day'): string {
  return step === 'hour' ? isoText(time).slice(11, 16) : isoText(time).slice(5, 10);
}

/** ISO 8601 without what is always zero. */
function isoText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

function shortCount(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  return value >= 10_000 ? `${value / 1_000} k` : formatCount(value);
}
