/** Addresses as bytes whose order is that of the addresses, IPv4 before IPv6: for indexes that answer prefixes. */
import { FormatError } from './errors.ts';
import type { Prefix } from './prefix-list.ts';
import { parsePrefix } from './prefix-parse.ts';

/** The first and the last address of a prefix. */
export interface KeyRange {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/** The key of an address: its family and its bytes, 5 or 17. Null for what is no address, a prefix too. */
export function addressKey(address: string): Uint8Array | null {
  if (address.includes('/')) return null;
  try {
    return keyOf(parsePrefix(address).words);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** The keys of all addresses of a prefix lie between these two, both included. */
export function keyRange({ words, length }: Prefix): KeyRange {
  const last = words.map((word, index) => {
    const bits = Math.max(0, Math.min(length - index * 32, 32));
    return (word | (bits === 32 ? 0 : 0xffffffff >>> bits)) >>> 0;
  });
  return { first: keyOf(words), last: keyOf(last) };
}

function keyOf(words: readonly number[]): Uint8Array {
  const key = new Uint8Array(1 + 4 * words.length);
  const view = new DataView(key.buffer);
  key[0] = words.length === 1 ? 4 : 6;
  for (const [index, word] of words.entries()) view.setUint32(1 + 4 * index, word);
  return key;
}
