import { messageOf } from '../../core/errors.ts';
import { PrefixBuilder } from '../../core/prefix-builder.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import { toTable } from '../../core/prefix-sort.ts';
import { parsePrefix } from '../../core/prefix-text.ts';

/** A line that cannot be used. */
export interface LineError {
  /** From 1. */
  readonly line: number;
  /** What is wrong, with the text of the line, made printable. */
  readonly message: string;
}

/** A text of people, read. */
export interface ReadList {
  readonly table: PrefixTable;
  /** The first {@link MAX_ERRORS} of them. */
  readonly errors: readonly LineError[];
  readonly errorCount: number;
}

/** The widest prefixes that a list may hold: as wide as a device takes them (`widest_block_v4`, `widest_block_v6`). */
export const WIDEST = { 4: 8, 6: 16 } as const;
const MAX_ERRORS = 100;
const MAX_LINES = 1_000_000;

/**
 * Reads a list as people write it: one address or prefix a line; blank lines and what is behind `#` or `;` are passed
 * over. Every line that cannot be used is told.
 */
export function readListText(text: string | Uint8Array): ReadList {
  const lines = (typeof text === 'string' ? text : Buffer.from(text).toString('utf8')).split('\n');
  // What is behind the end of the last line is no line.
  if (lines.at(-1) === '') lines.pop();
  const builders = { 4: new PrefixBuilder(4), 6: new PrefixBuilder(6) };
  const errors: LineError[] = [];
  let errorCount = 0;
  const bad = (line: number, message: string): void => {
    errorCount += 1;
    if (errors.length < MAX_ERRORS) errors.push({ line, message });
  };
  if (lines.length > MAX_LINES) bad(MAX_LINES + 1, `a list may have ${MAX_LINES} lines`);
  lines.slice(0, MAX_LINES).forEach((line, index) => {
    const entry = line.replace(/[#;].*$/s, '').trim();
    if (entry === '') return;
    try {
      const prefix = parsePrefix(entry);
      if (prefix.length < WIDEST[prefix.family]) {
        bad(index + 1, `${entry} is wider than /${WIDEST[prefix.family]}`);
      } else builders[prefix.family].add(prefix);
    } catch (error) {
      bad(index + 1, messageOf(error));
    }
  });
  return { table: toTable(builders[4].toList(), builders[6].toList()), errors, errorCount };
}
