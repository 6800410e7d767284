/** Fields that hold a time in milliseconds since 1970; everything else that is a number stays one. */
const TIMES = new Set([
  ...['now', 'started', 'asked', 'next', 'takenAt', 'from', 'to'],
  ...['until', 'created', 'oldestWaiting'],
]);

/**
 * The value as JSON text: keys in snake_case, times as RFC 3339 (UTC), indented by two blanks.
 * Control characters are written as escapes, so that the text is safe on a terminal.
 */
export function jsonText(value: object): string {
  return JSON.stringify(toSnakeCase(value), null, 2).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same value with every key in snake_case and every time field as RFC 3339 text. */
export function toSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => [
      snakeCase(key),
      typeof field === 'number' && TIMES.has(key)
        ? new Date(field).toISOString()
        : toSnakeCase(field),
    ]),
  );
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
