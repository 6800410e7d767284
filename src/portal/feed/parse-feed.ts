import { FormatError, messageOf, printable } from '../../core/errors.ts';
import { PrefixBuilder } from '../../core/prefix-builder.ts';
import type { Prefix, PrefixTable } from '../../core/prefix-list.ts';
import { toTable } from '../../core/prefix-sort.ts';
import { parsePrefix } from '../../core/prefix-text.ts';
import { WIDEST } from '../model/list-text.ts';
import type { FeedFormat } from './feed-format.ts';
import { parseRange } from './address-range.ts';

/** A feed, read. */
export interface ParsedFeed {
  readonly table: PrefixTable;
  /** Lines that could not be read. */
  readonly skipped: number;
  /** The first of them, for people; empty: none. */
  readonly firstSkipped: string;
}

/** One line in this many may be bad: public feeds have a broken one now and then. */
const ONE_BAD_IN = 200;
const HTML = /^\s*(?:<!doctype|<html|<head|<\?xml)/i;

/**
 * Reads the text of a feed.
 * @throws FormatError for a web page, for too many lines that cannot be read (naming the first), and for no entry at all
 */
export function parseFeedText(bytes: Uint8Array, format: FeedFormat): ParsedFeed {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  if (HTML.test(text)) throw new FormatError('it is a web page, not a feed');
  const reader = new FeedReader();
  text.split('\n').forEach((line, index) => reader.readLine(line.trim(), index + 1, format));
  return reader.finish();
}

class FeedReader {
  readonly #builders = { 4: new PrefixBuilder(4), 6: new PrefixBuilder(6) };
  #read = 0;
  #skipped = 0;
  #firstSkipped = '';

  readLine(line: string, number: number, format: FeedFormat): void {
    if (line === '' || /^(?:#|;|\/\/)/.test(line)) return;
    try {
      const prefixes = READERS[format.kind](line, format);
      for (const prefix of prefixes) this.#add(prefix);
      this.#read += prefixes.length;
    } catch (error) {
      if (isHeader(format, number, this.#read + this.#skipped)) return;
      this.#skipped += 1;
      if (this.#firstSkipped === '') this.#firstSkipped = `line ${number}: ${messageOf(error)}`;
    }
  }

  finish(): ParsedFeed {
    if (this.#skipped * ONE_BAD_IN > this.#read + this.#skipped) {
      throw new FormatError(`${this.#skipped} lines are no entries, ${this.#firstSkipped}`);
    }
    if (this.#read === 0) throw new FormatError('it has no entry');
    const table = toTable(this.#builders[4].toList(), this.#builders[6].toList());
    return { table, skipped: this.#skipped, firstSkipped: this.#firstSkipped };
  }

  #add(prefix: Prefix): void {
    const widest = WIDEST[prefix.family];
    if (prefix.length < widest) throw new FormatError(`a prefix wider than /${widest}`);
    this.#builders[prefix.family].add(prefix);
  }
}

/** Whether a line that cannot be read is the names of the columns. */
function isHeader(format: FeedFormat, number: number, before: number): boolean {
  return format.kind === 'dshield' || format.kind === 'csv' ? before === 0 && number < 100 : false;
}

/** How a line of each format becomes prefixes; none for a line that has nothing to say. @throws for a bad line */
const READERS: Record<FeedFormat['kind'], (line: string, format: FeedFormat) => readonly Prefix[]> =
  {
    plain: (line) => [parsePrefix(line)],
    cidr: (line) => readCidr(line),
    dshield: (line) => readDshield(line),
    spamhaus: (line) => readSpamhaus(line),
    csv: (line, format) => (format.kind === 'csv' ? readCell(line, format) : []),
  };

function readCidr(line: string): readonly Prefix[] {
  const range = /^([0-9.]+)\s*-\s*([0-9.]+)(?:[\s;#,]|$)/.exec(line);
  if (range !== null) return parseRange(range[1] ?? '', range[2] ?? '');
  return [parsePrefix(line.split(/[\s;#,]/)[0] ?? '')];
}

function readDshield(line: string): readonly Prefix[] {
  const [first = '', , length = ''] = line.split('\t');
  return [parsePrefix(`${first}/${length}`)];
}

function readSpamhaus(line: string): readonly Prefix[] {
  const entry = JSON.parse(line) as { cidr?: unknown; type?: unknown } | null;
  if (entry?.type === 'metadata') return [];
  if (typeof entry?.cidr === 'string') return [parsePrefix(entry.cidr)];
  throw new FormatError('no "cidr" in the object');
}

function readCell(line: string, { column, separator }: CsvFormat): readonly Prefix[] {
  const cell = cellsOf(line, separator)[column - 1];
  if (cell === undefined) throw new FormatError(`no column ${column}`);
  return [parsePrefix(cell.trim().replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1'))];
}

type CsvFormat = Extract<FeedFormat, { kind: 'csv' }>;

/** The cells of a line (RFC 4180); a cell in quotes may hold the separator and doubled quotes. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(rest);
    const end = rest.indexOf(separator, quoted?.[0].length ?? 0);
    const cell = quoted?.[1]?.replaceAll('""', '"') ?? (end === -1 ? rest : rest.slice(0, end));
    cells.push(printable(cell));
    if (end === -1) return cells;
    rest = rest.slice(end + 1);
  }
}
