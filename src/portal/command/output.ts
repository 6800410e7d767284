import { printable } from '../../core/errors.ts';
import { FLAG, type OptionValues, type PortalCommandContext } from './command.ts';

/** The option of commands that can print for programs. */
export const JSON_OPTION = { json: FLAG } as const;

/** Prints a value as JSON with `--json`, else the text that is made of it. */
export function printResult<T>(
  context: PortalCommandContext,
  values: OptionValues,
  result: T,
  textOf: (result: T) => string,
): void {
  const text = values['json'] === true ? JSON.stringify(result, null, 2) : textOf(result);
  context.print(`${text}\n`);
}

/** Rows as columns, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => printable(cell).padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** A time for people: `2026-11-20 12:00` (UTC), or `never`. */
export function timeText(time: number | null): string {
  return time === null ? 'never' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
