import { coordinate, escapeXml } from './svg.ts';

/** One part of what the bar shows. */
export interface Share {
  readonly value: number;
  /** Class that has its colour; letters, digits and `-`. */
  readonly style: string;
}

const WIDTH = 300;
const HEIGHT = 10;

/** A horizontal bar: the shares of a whole, from the left, cut where they are more. `title` is for those who do not see it. */
export function shareBar(title: string, shares: readonly Share[], whole: number): string {
  let from = 0;
  const parts = shares.map(({ value, style }) => {
    const x = Math.min(WIDTH, (from / Math.max(1, whole)) * WIDTH);
    from += value;
    const end = Math.min(WIDTH, (from / Math.max(1, whole)) * WIDTH);
    return `<rect class="ts-share-${style}" x="${coordinate(x)}" width="${coordinate(end - x)}" height="${HEIGHT}"/>`;
  });
  return (
    `<svg class="ts-share" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeXml(title)}">` +
    `<rect class="ts-share-free" width="${WIDTH}" height="${HEIGHT}"/>${parts.join('')}</svg>`
  );
}
