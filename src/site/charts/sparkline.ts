import { coordinate, escapeXml } from './svg.ts';

const WIDTH = 120;
const HEIGHT = 24;

/** A small line of values as an SVG element; `title` says what it is for those who do not see it. */
export function sparkline(title: string, values: readonly number[]): string {
  const top = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) =>
      `${coordinate(at * step)},${coordinate(HEIGHT - 1 - (value / top) * (HEIGHT - 2))}`,
  );
  return (
    `<svg class="ts-sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeXml(title)}">` +
    `<polyline fill="none" stroke="currentColor" stroke-width="1.5" points="${points.join(' ')}"/></svg>`
  );
}
