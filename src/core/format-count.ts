/** A whole number with thousands separators: `120,430`. By hand: loading Intl takes longer than a small command may. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** So many of something: `1 entry`, `120,430 entries`. */
export function countWords(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
