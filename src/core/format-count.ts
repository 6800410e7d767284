/** A whole number with thousands separators: `120,430`. By hand: loading Intl takes longer than a small command may. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
