import { FormatError } from './errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a time such as `30m`, `1h` or `7d`; `ever` is null.
 * @returns milliseconds
 * @throws FormatError for anything else
 */
export function parseDuration(text: string): number | null {
  if (text === 'ever') return null;
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw new FormatError('the duration cannot be read', {
    remedy: 'Give minutes, hours or days such as 30m, 1h or 7d, or ever.',
  });
}
