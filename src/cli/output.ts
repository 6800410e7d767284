/** Text for people: aligned columns, times, colours. */
import { printable } from '../core/errors.ts';

/** Colours of states. */
export type Colour = 'green' | 'yellow' | 'red';

const CODES: Readonly<Record<Colour, number>> = { green: 32, yellow: 33, red: 31 };

/** The text, made printable, in a colour if one is given (ECMA-48 SGR). */
export function paint(colour: Colour | undefined, text: string): string {
  const safe = printable(text);
  return colour === undefined ? safe : `\u001b[${CODES[colour]}m${safe}\u001b[0m`;
}

/** Rows of cells as lines with aligned columns, cells made printable, without blanks at the end. */
export function columns(rows: readonly (readonly string[])[], indent = 0): string[] {
  const safe = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of safe) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return safe.map((row) => (' '.repeat(indent) + line(row)).trimEnd());
}

/** Local time for people: `2026-11-20 20:07:11`. */
export function localTime(time: number): string {
  const date = new Date(time);
  return new Date(time - date.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
}

/** A length of time in one unit: `12 s`, `3 min`, `5 h`, `4 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** A paragraph as lines of at most `width` characters; a longer word gets a line of its own. */
export function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
