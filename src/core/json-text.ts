/** JSON from elsewhere, of which nothing is known before it is looked at. */

/** The value of a JSON text; null for a text that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The members of a JSON text that is an object; null for any other text. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | null {
  return membersOf(parseJson(text));
}

/** The members of an object (of an array: those by index); null for any other value. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

/** A whole number from 0; null for any other value. */
export function countIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
