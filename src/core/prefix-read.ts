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
  const parser = new TableParser(bytes.length);
  parser.add(bytes);
  return parser.finish();
}

/** {@link parseTable} in pieces, so that a large text need not be in memory as a whole. */
export class TableParser {
  readonly #v4: PrefixBuilder;
  readonly #v6 = new PrefixBuilder(6);
  #line = 0;

  /** @param length bytes that will come, to make room for; need not be exact */
  constructor(length: number) {
    this.#v4 = new PrefixBuilder(4, Math.ceil(length / USUAL_LINE));
  }

  /** @param bytes whole lines; only the last piece may end without a newline. @throws FormatError */
  add(bytes: Uint8Array): void {
    const reader = new LineReader(bytes);
    while (reader.at < bytes.length) {
      this.#line += 1;
      if (reader.readPrefix4()) this.#v4.add4(reader.words[0] as number, reader.length);
      else if (reader.readPrefix6()) this.#v6.addWords6(reader.words, reader.length);
      else addLine(this.#v4, this.#v6, reader.readLine(), this.#line);
    }
  }

  /** The table of all lines. */
  finish(): PrefixTable {
    return toTable(this.#v4.toList(), this.#v6.toList());
  }
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
