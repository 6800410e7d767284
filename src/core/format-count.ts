const COUNT = new Intl.NumberFormat('en-US');

/** A whole number with thousands separators: `120,430`. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}
