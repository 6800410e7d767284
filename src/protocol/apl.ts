import { FormatError } from '../core/errors.ts';
import type { PrefixBuilder } from '../core/prefix-builder.ts';
import type { PrefixList } from '../core/prefix-list.ts';

/** Where the items of a list go: named and excluded prefixes of both families. */
export interface AplTarget {
  readonly include4: PrefixBuilder;
  readonly include6: PrefixBuilder;
  readonly exclude4: PrefixBuilder;
  readonly exclude6: PrefixBuilder;
}

/** Address family numbers of IANA. */
const AFI_IPV4 = 1;
const AFI_IPV6 = 2;
const NEGATION = 0x80;
const ITEM_HEADER = 4;

/** The longest item: an IPv6 address. */
export const MAX_APL_ITEM_BYTES = ITEM_HEADER + 16;

/**
 * Reads the data of an APL record (RFC 3123), `bytes[start..end)`. Zero octets at the end of an
 * address, which RFC 3123 leaves out, are accepted; host bits are cleared.
 * @throws FormatError for a family other than IPv4 and IPv6, a prefix or an address that is too long,
 * and an item that runs past the record.
 */
export function decodeApl(bytes: Uint8Array, start: number, end: number, into: AplTarget): void {
  let at = start;
  while (at < end) {
    if (at + ITEM_HEADER > end) throw bad(at - start, 'ends inside its header');
    at = readItem(bytes, at, start, end, into);
  }
}

/** Reads one item; returns the offset behind it. */
function readItem(
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number,
  into: AplTarget,
): number {
  const family = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const length = bytes[at + 2] ?? 0;
  const flags = bytes[at + 3] ?? 0;
  const octets = flags & ~NEGATION;
  const negated = flags >= NEGATION;
  const address = at + ITEM_HEADER;
  checkItem(at - start, family, length, octets);
  if (address + octets > end) throw bad(at - start, 'runs past the record');
  if (family === AFI_IPV4) {
    const builder = negated ? into.exclude4 : into.include4;
    builder.add4(wordAt(bytes, address, octets), length);
  } else {
    add6(negated ? into.exclude6 : into.include6, bytes, address, octets, length);
  }
  return address + octets;
}

function checkItem(at: number, family: number, length: number, octets: number): void {
  if (family !== AFI_IPV4 && family !== AFI_IPV6) throw bad(at, `has address family ${family}`);
  const max = family === AFI_IPV4 ? 32 : 128;
  if (length > max) throw bad(at, `has a prefix of ${length} bits, more than ${max}`);
  if (octets > max / 8) throw bad(at, `has an address of ${octets} octets, more than ${max / 8}`);
}

function add6(
  builder: PrefixBuilder,
  bytes: Uint8Array,
  start: number,
  octets: number,
  length: number,
): void {
  builder.add6(
    wordAt(bytes, start, octets),
    wordAt(bytes, start + 4, octets - 4),
    wordAt(bytes, start + 8, octets - 8),
    wordAt(bytes, start + 12, octets - 12),
    length,
  );
}

/** Up to 4 octets as the high end of a 32-bit word (signed); octets that are not there are zero. */
function wordAt(bytes: Uint8Array, start: number, octets: number): number {
  let word = 0;
  const count = octets < 4 ? octets : 4;
  for (let i = 0; i < count; i++) word |= (bytes[start + i] ?? 0) << (24 - 8 * i);
  return word;
}

/**
 * Writes entry `index` of a list as one item, in its shortest form.
 * @param into with room for {@link MAX_APL_ITEM_BYTES} behind `at`
 * @returns its bytes
 */
export function writeAplItem(
  list: PrefixList,
  index: number,
  into: Uint8Array,
  at: number,
): number {
  const words = list.family === 4 ? 1 : 4;
  let octets = 0;
  for (let i = 0; i < words * 4; i++) {
    const word = list.words[index * words + (i >> 2)] ?? 0;
    const octet = (word >>> (24 - 8 * (i & 3))) & 0xff;
    into[at + ITEM_HEADER + i] = octet;
    if (octet !== 0) octets = i + 1;
  }
  into[at] = 0;
  into[at + 1] = list.family === 4 ? AFI_IPV4 : AFI_IPV6;
  into[at + 2] = list.lengths[index] ?? 0;
  into[at + 3] = octets;
  return ITEM_HEADER + octets;
}

function bad(at: number, what: string): FormatError {
  return new FormatError(`APL record: the item at byte ${at} ${what}.`);
}
