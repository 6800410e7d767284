import { formatCount } from '../format.ts';
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
  /** What is to be seen, for those who do not see it. */
  readonly description: string;
  readonly series: readonly BarSeries[];
  readonly bars: readonly Bar[];
  /** A label below each so many bars. */
  readonly labelEvery: number;
}

const WIDTH = 600;
const TOP = 14;
const HEIGHT = 110;
const GROUND = TOP + HEIGHT;
const LEFT = 44;
/** Share of a step that its bar takes. */
const FILL = 0.72;

/** The chart as an SVG element. A series is one path and a bar of it one stroke, so that it stays small. */
export function stackedBars(chart: BarChart): string {
  const { bars, series } = chart;
  const top = roundUp(Math.max(0, ...bars.map(({ values }) => sum(values))));
  const step = (WIDTH - LEFT) / Math.max(1, bars.length);
  const edges = bars.map(({ values }) => edgesOf(values, top));
  const paths = series.map(
    ({ style }, index) => `<path class="ts-bar-${style}" d="${strokesOf(edges, index, step)}"/>`,
  );
  return (
    `<svg class="ts-chart" viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 18}" role="img" aria-label="${escapeXml(chart.description)}">` +
    `<g class="ts-chart-grid">${grid(top)}</g>` +
    `<g stroke-width="${coordinate(step * FILL)}">${paths.join('')}</g>` +
    `<g class="ts-chart-times">${labels(chart, step)}</g>` +
    '</svg>'
  );
}

/** Where each value of a bar ends, in whole units from the ground. What is not 0 is seen, however little it is. */
function edgesOf(values: readonly number[], top: number): readonly number[] {
  let [all, edge] = [0, 0];
  return values.map((value) => {
    all += value;
    edge = Math.max(Math.round((all / top) * HEIGHT), edge + Math.sign(value));
    return edge;
  });
}

function strokesOf(edges: readonly (readonly number[])[], index: number, step: number): string {
  return edges
    .map((bar, at) => {
      const [from, to] = [bar[index - 1] ?? 0, bar[index] ?? 0];
      if (from === to) return '';
      return `M${coordinate(LEFT + (at + 0.5) * step)} ${GROUND - from}V${GROUND - to}`;
    })
    .join('');
}

function grid(top: number): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = GROUND - HEIGHT * share;
      const text = share === 0.5 && top % 2 === 1 ? '' : shortCount(top * share);
      return `<path d="M${LEFT} ${y}H${WIDTH}"/><text x="${LEFT - 6}" y="${y + 4}">${text}</text>`;
    })
    .join('');
}

function labels({ bars, labelEvery }: BarChart, step: number): string {
  return bars
    .map(({ label, time }, at) =>
      at % labelEvery === 0
        ? `<text${time === undefined ? '' : ` data-hour="${escapeXml(time)}"`} x="${coordinate(LEFT + (at + 0.5) * step)}" y="${GROUND + 15}">${escapeXml(label)}</text>`
        : '',
    )
    .join('');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function shortCount(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000} M`;
  return value >= 10_000 ? `${value / 1_000} k` : formatCount(value);
}
