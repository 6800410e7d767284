/**
 * Prefixes as text: one (`192.0.2.0/24`, `2001:db8::/32`, `192.0.2.1`), or a table with one a line.
 */
import { wordsOf, type Prefix, type PrefixList } from './prefix-list.ts';
import { writePrefix4, writePrefix6 } from './prefix-write.ts';

export { parsePrefix } from './prefix-parse.ts';
export { formatTable, tableLines } from './prefix-write.ts';
export { parseTable, TableParser } from './prefix-read.ts';

/** Entry `index` of the list. @throws RangeError when there is none. */
export function prefixAt(list: PrefixList, index: number): Prefix {
  const length = list.lengths[index];
  if (length === undefined || index >= list.size) {
    throw new RangeError(`entry ${index} of a list of ${list.size} prefixes`);
  }
  const stride = wordsOf(list.family);
  const words = Array.from(list.words.subarray(index * stride, (index + 1) * stride));
  return { family: list.family, words, length };
}

/**
 * The canonical text: dotted quad, or RFC 5952 for IPv6 (with a dotted quad for `::ffff:0:0/96`).
 * A single address has no `/32` or `/128`.
 */
export function formatPrefix(prefix: Prefix): string {
  const bytes = new DataView(new ArrayBuffer(64));
  const end =
    prefix.family === 4
      ? writePrefix4(bytes, 0, prefix.words[0] as number, prefix.length)
      : writePrefix6(bytes, 0, prefix.words, 0, prefix.length);
  return String.fromCharCode(...new Uint8Array(bytes.buffer, 0, end));
}
