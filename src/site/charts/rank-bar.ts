import { coordinate } from './svg.ts';

/** A thin bar below a name of a list: its share of the greatest. `style` has its colour. For the eye only: the number stands beside. */
export function rankBar(share: number, style: string): string {
  const width = coordinate(100 * Math.min(1, Math.max(0, share)));
  return (
    '<svg class="ts-rank" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">' +
    `<path d="M0 2h100"/><path class="ts-rank-${style}" d="M0 2h${width}"/></svg>`
  );
}
