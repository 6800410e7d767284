import { FormatError } from '../../core/errors.ts';
import type { Prefix } from '../../core/prefix-list.ts';
import { parsePrefix } from '../../core/prefix-text.ts';

/** The fewest prefixes that are the IPv4 addresses from `first` to `last`. @throws FormatError when they are none */
export function parseRange(first: string, last: string): readonly Prefix[] {
  let from = wordOf(first);
  const to = wordOf(last);
  if (from > to) throw new FormatError(`the range ${first} - ${last} ends before it begins`);
  const prefixes: Prefix[] = [];
  while (from <= to) {
    let length = 32;
    // Twice as large as long as it begins at a multiple of its size and stays inside.
    while (length > 0 && from % size(length - 1) === 0 && from + size(length - 1) - 1 <= to) {
      length -= 1;
    }
    prefixes.push({ family: 4, words: [from], length });
    from += size(length);
  }
  return prefixes;
}

function size(length: number): number {
  return 2 ** (32 - length);
}

function wordOf(text: string): number {
  const { family, words, length } = parsePrefix(text);
  if (family !== 4 || length !== 32) throw new FormatError(`"${text}" is not an IPv4 address`);
  return words[0] ?? 0;
}
