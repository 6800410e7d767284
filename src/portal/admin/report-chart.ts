/** Hits over time as a chart with its table. Pure. */
import { hitsChart, type HitsChart } from '../../site/charts/hits-chart.ts';
import type { SpanCount } from '../reports/report.ts';

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
export function reportChart(spans: readonly SpanCount[], from: number, to: number): HitsChart {
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
  return hitsChart({
    ...{ title: `Hits by ${widthText(widthMs)}`, series: SERIES, step },
    bars: times.map((start, at) => ({ start, values: values[at] ?? [] })),
    labelEvery: Math.ceil(times.length / LABELS),
  });
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
