/** One value of a query, form or path, trimmed; of one that comes more than once the first, empty for none. */
export function oneValue(value: unknown): string {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' ? one.trim() : '';
}
