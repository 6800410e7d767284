import { parseJson } from '../../core/json-text.ts';
import { FormatError } from '../../core/errors.ts';
import type { ReportCursor } from '../hits/hit-store.ts';

/** A place in the hits as a text that can stand in an address. */
export function cursorText({ time, device, batch, line }: ReportCursor): string {
  return Buffer.from(JSON.stringify([time, device, batch, line])).toString('base64url');
}

/** The place of a {@link cursorText}; null for null: the newest. @throws FormatError for any other text */
export function cursorOf(text: string | null): ReportCursor | null {
  if (text === null) return null;
  const parts = parseJson(Buffer.from(text, 'base64url').toString());
  const [time, device, batch, line] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (typeof time === 'number' && typeof line === 'number') {
    if (typeof device === 'string' && typeof batch === 'string')
      return { time, device, batch, line };
  }
  throw new FormatError('after is not the "next" of a page');
}
