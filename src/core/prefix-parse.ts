import { FormatError, printable } from './errors.ts';
import type { Prefix } from './prefix-list.ts';
import { maskOf } from './prefix-order.ts';

const NUMBER = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;
const REMEDY = 'Write an address or a prefix such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32.';

/**
 * Reads one address or prefix. IPv4: four decimal numbers without leading zeros (which some programs read
 * as octal). IPv6: RFC 4291 section 2.2, `::` and a final dotted quad included, no zone. Host bits are cleared.
 * @throws FormatError for anything else
 */
export function parsePrefix(text: string): Prefix {
  const [address = '', length, ...rest] = text.split('/');
  const family = address.includes(':') ? 6 : 4;
  const words = family === 4 ? words4(address) : words6(address);
  const longest = family === 4 ? 32 : 128;
  const bits = length === undefined ? longest : numberUpTo(length, longest);
  if (words === null || bits === null || rest.length > 0) {
    throw new FormatError(`"${excerpt(text)}" is not an IP address or prefix`, { remedy: REMEDY });
  }
  return { family, words: clearHostBits(words, bits), length: bits };
}

function excerpt(text: string): string {
  return printable(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

function clearHostBits(words: readonly number[], length: number): number[] {
  return words.map((word, index) => {
    const bits = Math.max(0, Math.min(length - index * 32, 32));
    return (word & maskOf(bits)) >>> 0;
  });
}

function numberUpTo(text: string, largest: number): number | null {
  return NUMBER.test(text) && Number(text) <= largest ? Number(text) : null;
}

function words4(text: string): number[] | null {
  const octets = text.split('.').map((octet) => numberUpTo(octet, 255));
  if (octets.length !== 4) return null;
  let word = 0;
  for (const octet of octets) {
    if (octet === null) return null;
    word = word * 256 + octet;
  }
  return [word];
}

function words6(text: string): number[] | null {
  const halves = text.split('::');
  const groups = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  const [head, tail] = groups;
  if (!head || tail === null || groups.length > 2) return null;
  if (tail === undefined) return head.length === 8 ? pairs(head) : null;
  const missing = 8 - head.length - tail.length;
  return missing > 0 ? pairs([...head, ...new Array<number>(missing).fill(0), ...tail]) : null;
}

/** The 16-bit groups of a part without `::`; the last part may end in a dotted quad. */
function groupsOf(part: string, last: boolean): number[] | null {
  if (part === '') return [];
  const groups: number[] = [];
  const texts = part.split(':');
  for (const [index, text] of texts.entries()) {
    const quad = last && index === texts.length - 1 && text.includes('.') ? words4(text) : null;
    if (quad !== null) groups.push((quad[0] as number) >>> 16, (quad[0] as number) & 0xffff);
    else if (GROUP.test(text)) groups.push(Number.parseInt(text, 16));
    else return null;
  }
  return groups;
}

function pairs(groups: readonly number[]): number[] {
  return [0, 2, 4, 6].map((i) => (groups[i] as number) * 0x10000 + (groups[i + 1] as number));
}
