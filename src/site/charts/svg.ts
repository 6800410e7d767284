/** Charts are SVG made here: pure functions from numbers to text. Colours come from classes (public/css/charts.css). */

/** A text as it can stand in SVG or HTML, in an attribute too. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A number with one decimal at most, for coordinates. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The least round number (1, 1.5, 2, 3, 4, 5, 6 or 8 and zeros) that is not below the whole number; at least 1. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ROUND.map((step) => step * power).find((round) => round >= value) ?? 10 * power;
}
