import { coordinate, escapeXml, roundUp } from './svg.ts';

/** What is stacked: its name and its class, which has its colour. */
export interface BarSeries {
  readonly name: string;
  /** Letters, digits and `-`. */
  readonly style: string;
}

/** One bar: a value for each series, from below. */
export interface Bar {
  readonly label: string;
  /** What the label says, for a script that says it in the browser's zone; ISO 8601. */
  readonly time?: string;
  readonly values: readonly number[];
}

/** A chart of bars over time. */
export interface BarChart {
  /** For ids; unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen, one sentence: for those who do not see it. */
  readonly description: string;
  readonly series: readonly BarSeries[];
  readonly bars: readonly Bar[];
  /** A label below each so many bars. */
  readonly labelEvery: number;
  readonly formatValue: (value: number) => string;
}

const WIDTH = 600;
const TOP = 14;
const HEIGHT = 110;
const LEFT = 44;
/** Share of a step that its bar takes. */
const FILL = 0.72;

/** The chart as an SVG element. One path a series, so that it stays small. */
export function stackedBars(chart: BarChart): string {
  const { id, bars, series, formatValue } = chart;
  const top = roundUp(Math.max(0, ...bars.map(({ values }) => sum(values))));
  const step = (WIDTH - LEFT) / Math.max(1, bars.length);
  const paths = series.map(
    ({ style }, index) => `<path class="ts-bar-${style}" d="${pathOf(chart, index, step, top)}"/>`,
  );
  return (
    `<svg class="ts-chart" viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 18}" role="img" aria-labelledby="${id}-title ${id}-desc">` +
    `<title id="${id}-title">${escapeXml(chart.title)}</title>` +
    `<desc id="${id}-desc">${escapeXml(chart.description)}</desc>` +
    grid(top, formatValue) +
    paths.join('') +
    labels(chart, step) +
    '</svg>'
  );
}

function pathOf({ bars }: BarChart, index: number, step: number, top: number): string {
  return bars
    .map(({ values }, at) => {
      const value = values[index] ?? 0;
      if (value === 0) return '';
      const height = (value / top) * HEIGHT;
      const below = (sum(values.slice(0, index)) / top) * HEIGHT;
      const x = LEFT + at * step + ((1 - FILL) / 2) * step;
      const y = TOP + HEIGHT - below - height;
      const width = coordinate(step * FILL);
      return `M${coordinate(x)} ${coordinate(y)}h${width}v${coordinate(height)}h-${width}z`;
    })
    .join('');
}

function grid(top: number, formatValue: (value: number) => string): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = TOP + HEIGHT * (1 - share);
      const text = share === 0.5 && top % 2 === 1 ? '' : formatValue(top * share);
      return (
        `<path class="ts-chart-line" d="M${LEFT} ${y}H${WIDTH}"/>` +
        `<text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${escapeXml(text)}</text>`
      );
    })
    .join('');
}

function labels({ bars, labelEvery }: BarChart, step: number): string {
  return bars
    .map(({ label, time }, at) =>
      at % labelEvery === 0
        ? `<text${time === undefined ? '' : ` data-hour="${escapeXml(time)}"`} x="${coordinate(LEFT + (at + 0.5) * step)}" y="${TOP + HEIGHT + 15}" text-anchor="middle">${escapeXml(label)}</text>`
        : '',
    )
    .join('');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
