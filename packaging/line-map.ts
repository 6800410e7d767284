/** Source maps (https://tc39.es/ecma426/) made small: lines of our sources, no columns, nothing of packages. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const MORE = 32;

/** The parts of a source map that esbuild writes. */
export interface SourceMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** Where generated text comes from; null: from none of our files. Columns and lines from 0. */
interface Segment {
  readonly column: number;
  readonly from: { readonly source: number; readonly line: number } | null;
}

/**
 * A map of the same text with a segment only where another line of a kept file begins, at column 0 of it.
 * @param keep tells whose lines are kept
 */
export function lineMap(map: SourceMap, keep: (source: string) => boolean): SourceMap {
  const kept = map.sources.map(keep);
  const sources = map.sources.filter((_, index) => kept[index]);
  const numbers = new Map(sources.map((source, index) => [source, index]));
  const lines = segmentsOf(map.mappings).map((segments) =>
    thinned(
      segments.map(({ column, from }) => {
        const source = from === null ? undefined : numbers.get(map.sources[from.source] ?? '');
        return {
          column,
          from: source === undefined || from === null ? null : { source, line: from.line },
        };
      }),
    ),
  );
  return { version: 3, sources, names: [], mappings: mappingsOf(lines) };
}

function thinned(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter(({ from }, index) => {
    const before = index === 0 ? null : (segments[index - 1]?.from ?? null);
    return before?.source !== from?.source || before?.line !== from?.line;
  });
}

function segmentsOf(mappings: string): readonly (readonly Segment[])[] {
  let source = 0;
  let line = 0;
  return mappings.split(';').map((text) => {
    let column = 0;
    if (text === '') return [];
    return text.split(',').map((segment) => {
      const [columns = 0, sources, lines = 0] = numbersOf(segment);
      column += columns;
      if (sources === undefined) return { column, from: null };
      source += sources;
      line += lines;
      return { column, from: { source, line } };
    });
  });
}

function mappingsOf(lines: readonly (readonly Segment[])[]): string {
  let source = 0;
  let line = 0;
  return lines
    .map((segments) => {
      let before = 0;
      return segments
        .map(({ column, from }) => {
          const text = textOf(column - before);
          before = column;
          if (from === null) return text;
          const rest = [from.source - source, from.line - line, 0].map(textOf).join('');
          ({ source, line } = from);
          return text + rest;
        })
        .join(',');
    })
    .join(';');
}

/** Base 64 VLQ: five bits a digit, the lowest first; the lowest bit of all is the sign. */
function numbersOf(segment: string): readonly number[] {
  const found: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & (MORE - 1)) << shift;
    shift += 5;
    if ((digit & MORE) !== 0) continue;
    found.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return found;
}

function textOf(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & (MORE - 1);
    rest >>= 5;
    text += DIGITS.charAt(rest > 0 ? digit | MORE : digit);
  } while (rest > 0);
  return text;
}
