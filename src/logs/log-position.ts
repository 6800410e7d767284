/** Where a plain log was read to, in a form that finds the place again after rotation. */
import { parseJsonObject } from '../core/json-text.ts';
import type { LogPosition } from '../core/ports.ts';

/** Bytes at each end of what was read that identify it. */
export const MARK_BYTES = 256;

/** A place in a file. Inode and device find it fast, the marks say whether it is still the same content. */
export interface FilePlace {
  readonly dev: number;
  readonly ino: number;
  /** Bytes read; for a compressed file, of its content. */
  readonly offset: number;
  /** When the file was last written, as seen before it was read (ms). */
  readonly mtimeMs: number;
  /** The first bytes, at most {@link MARK_BYTES} and not behind `offset`, as latin1. */
  readonly head: string;
  /** The last bytes before `offset`, as many. */
  readonly tail: string;
}

/** A position in a plain log. */
export interface PlainPosition {
  /** The file read last and how far. */
  readonly current: FilePlace;
  /** The file before it, while its writer may still hold it open and add lines. */
  readonly previous: FilePlace | null;
}

/** Bytes that identify a place at `offset`. */
export function markLength(offset: number): number {
  return Math.min(MARK_BYTES, offset);
}

/** The position as text. */
export function encodePosition(position: PlainPosition): LogPosition {
  return JSON.stringify({ kind: 'plain', ...position });
}

/** The position in a text; null when it is none of a plain log. */
export function decodePosition(text: LogPosition): PlainPosition | null {
  const value = parseJsonObject(text);
  if (value?.['kind'] !== 'plain' || !isPlace(value['current'])) return null;
  const previous = value['previous'];
  return { current: value['current'], previous: isPlace(previous) ? previous : null };
}

function isPlace(value: unknown): value is FilePlace {
  if (typeof value !== 'object' || value === null) return false;
  const place = value as Record<keyof FilePlace, unknown>;
  const numbers = [place.dev, place.ino, place.offset, place.mtimeMs];
  return (
    numbers.every((number) => typeof number === 'number') &&
    typeof place.head === 'string' &&
    typeof place.tail === 'string'
  );
}
