import { coordinate } from './svg.ts';

/** A thin bar below a name of a list: its share of the greatest. `style` has its colour. For the eye only: the number stands beside. */
export function rankBar(share: number, style: string): string {
  const width = coordinate(100 * Math.min(1, Math.max(0, share)));
  return `<svg class="ts-rank ts-rank-${style}" aria-hidden="true"><rect width="${width}%"/></svg>`;
}
