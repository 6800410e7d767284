const LARGEST = 65_535;

/** A port of TCP or UDP as people type it, 0 to 65535; null for any other text. */
export function parsePort(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= LARGEST ? Number(text) : null;
}
