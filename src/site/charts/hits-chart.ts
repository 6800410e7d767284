/** Hits over time as a chart, and as the table behind it for those who do not see it. Pure. */
import { formatCount } from '../format.ts';
import { stackedBars, type BarSeries } from './stacked-bars.ts';

/** As the templates show it. */
export interface HitsChart {
  readonly title: string;
  /** It escapes what it shows. */
  readonly svg: string;
  readonly total: string;
  /** Names of the series. */
  readonly columns: readonly string[];
  readonly rows: readonly HitsChartRow[];
  /** Of the first row, ISO 8601; null: rows are whole days (UTC), which are none of another zone. */
  readonly firstHour: string | null;
}

/** One bar as a row. */
export interface HitsChartRow {
  /** UTC: `11-20 12:00`, or `2026-11-20`. */
  readonly start: string;
  readonly values: readonly string[];
}

/** What is shown. */
export interface HitsOverTime {
  readonly title: string;
  readonly series: readonly BarSeries[];
  readonly step: 'hour' | 'day';
  readonly bars: readonly HitsBar[];
  /** A label below each so many bars. */
  readonly labelEvery: number;
}

/** The hits from a moment on (milliseconds since 1970), a number for each series. */
export interface HitsBar {
  readonly start: number;
  readonly values: readonly number[];
}

/** The chart and its table. */
export function hitsChart({ title, series, step, bars, labelEvery }: HitsOverTime): HitsChart {
  const totals = series.map((_, index) => sum(bars.map(({ values }) => values[index] ?? 0)));
  const counted = series.map(({ name }, index) => `${name}: ${formatCount(totals[index] ?? 0)}`);
  return {
    title,
    svg: stackedBars({
      ...{ series, labelEvery, description: `${title}. ${counted.join('; ')}` },
      bars: bars.map(({ start, values }) => ({ ...labelOf(start, step), values })),
    }),
    total: formatCount(sum(totals)),
    columns: series.map(({ name }) => name),
    rows: bars.map(({ start, values }) => ({
      start: startOf(start, step),
      values: values.map(formatCount),
    })),
    firstHour: step === 'hour' ? isoText(bars[0]?.start ?? 0) : null,
  };
}

/** UTC, as what is counted is. */
function labelOf(start: number, step: 'hour' | 'day'): { label: string; time?: string } {
  const iso = isoText(start);
  return step === 'hour' ? { label: iso.slice(11, 16), time: iso } : { label: iso.slice(5, 10) };
}

function startOf(start: number, step: 'hour' | 'day'): string {
  const iso = isoText(start);
  return step === 'hour' ? iso.slice(5, 16).replace('T', ' ') : iso.slice(0, 10);
}

/** ISO 8601 without what is always zero. */
function isoText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
