import { FormatError, messageOf } from './errors.ts';
import { PrefixBuilder } from './prefix-builder.ts';
import { LineReader } from './prefix-line.ts';
import type { Prefix, PrefixTable } from './prefix-list.ts';
import { parsePrefix } from './prefix-parse.ts';
import { toTable } from './prefix-sort.ts';

/** Lines of a table file are about this long; only used to make room. */
const USUAL_LINE = 12;

/**
 * Reads a table from text: one address or prefix a line, in any order, `\n` or `\r\n`. Blank lines and lines
 * that begin with `#` are skipped. Duplicates count once.
 * @throws FormatError naming the line, for any other line
 */
export function parseTable(bytes: Uint8Array): PrefixTable {
  const v4 = new PrefixBuilder(4, Math.ceil(bytes.length / USUAL_LINE));
  const v6 = new PrefixBuilder(6);
  const reader = new LineReader(bytes);
  for (let line = 1; reader.at < bytes.length; line += 1) {
    if (reader.readPrefix4()) v4.add4(reader.words[0] as number, reader.length);
    else if (reader.readPrefix6()) v6.addWords6(reader.words, reader.length);
    else addLine(v4, v6, reader.readLine(), line);
  }
  return toTable(v4.toList(), v6.toList());
}

function addLine(v4: PrefixBuilder, v6: PrefixBuilder, text: string, line: number): void {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return;
  const prefix = parseLine(trimmed, line);
  (prefix.family === 4 ? v4 : v6).add(prefix);
}

function parseLine(text: string, line: number): Prefix {
  try {
    return parsePrefix(text);
  } catch (error) {
    throw new FormatError(`line ${line}: ${messageOf(error)}`, { cause: error });
  }
}
