/** Taking addresses of the own network out of log lines. */
import { FormatError } from './errors.ts';
import type { LineMask } from './ports.ts';
import type { Prefix } from './prefix-list.ts';
import { maskOf } from './prefix-order.ts';
import { parsePrefix } from './prefix-parse.ts';

/** RFC 1918, RFC 3927; RFC 4193, RFC 4291 2.5.6. IPv4-mapped forms of the first are local too. */
const LOCAL = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];
const LOCAL_6 = ['fc00::/7', 'fe80::/10'];
const MAPPED_RANGE = parsePrefix('::ffff:0:0/96');
const PRIVATE = [...LOCAL, ...LOCAL_6].map(parsePrefix);

/** What stands in for a local address; the line can still be read. */
const PLACEHOLDERS = { 4: '0.0.0.0', 6: '::' };

/**
 * Whatever looks like an address, wherever in the line: source and destination, the tail of an ICMP error, the
 * host name of the syslog prefix, and lines that cannot be read otherwise. In lines of pflog a port follows, behind a dot.
 */
const ADDRESS =
  /(?<![\w.:])\d{1,3}(?:\.\d{1,3}){3}(?:(?=\.\d{1,5}(?![\w.]))|(?!\w|\.\d))|(?<![\w.:])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*(?:\.\d{1,3}){0,3}(?!\w)/g;

/** An IPv6 address and its port. */
const PORT_6 = /^(.*:.*)(\.\d{1,3})$/;

/**
 * Makes a mask that replaces local addresses by `0.0.0.0` and `::`.
 * @param networks of this host's interfaces; they count as local beside the private ranges
 */
export function createLocalMask(networks: readonly Prefix[]): LineMask {
  const ranges = [...PRIVATE, ...networks];
  const masked = (text: string): string => {
    const [, before = '', port = ''] = PORT_6.exec(text) ?? [];
    const whole = addressIn(text);
    const address = whole ?? addressIn(before);
    if (address === null || !isLocalIn(ranges, address)) return text;
    return PLACEHOLDERS[address.family] + (whole === null ? port : '');
  };
  return (lines) =>
    Buffer.from(Buffer.from(lines).toString('latin1').replace(ADDRESS, masked), 'latin1');
}

/** Whether an address, as text, is of a private range; false for what is no address. */
export function isLocalAddress(text: string): boolean {
  const address = addressIn(text);
  return address !== null && isLocalIn(PRIVATE, address);
}

function isLocalIn(ranges: readonly Prefix[], address: Prefix): boolean {
  return (
    ranges.some((range) => holds(range, address)) ||
    (holds(MAPPED_RANGE, address) && isLocalIn(ranges, unmapped(address)))
  );
}

function holds({ family, words, length }: Prefix, address: Prefix): boolean {
  if (family !== address.family) return false;
  return words.every((word, index) => {
    const bits = maskOf(Math.max(0, Math.min(length - index * 32, 32)));
    return ((address.words[index] ?? 0) & bits) >>> 0 === word;
  });
}

function unmapped({ words }: Prefix): Prefix {
  return { family: 4, words: words.slice(3), length: 32 };
}

/** Null for a time of day and other text that is no address. */
function addressIn(text: string): Prefix | null {
  if (text.includes(':') && !text.includes('::') && text.split(':').length < 7) return null;
  try {
    return parsePrefix(text);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
