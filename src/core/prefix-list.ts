/**
 * IP prefixes in columns: what a policy of a million entries is made of.
 *
 * A prefix takes 5 bytes (IPv4) or 17 (IPv6) and no object. Columns are transferable to a worker.
 */

/** Prefixes of one family, in no promised order; see {@link PrefixTable} for the sorted form. */
export interface PrefixList {
  readonly family: 4 | 6;
  /** How many prefixes. The columns hold exactly this many. */
  readonly size: number;
  /** Network addresses as 32-bit words, the most significant first: 1 word each (IPv4) or 4 (IPv6). Host bits are zero. */
  readonly words: Uint32Array;
  /** Prefix lengths in bits: 0..32 or 0..128. */
  readonly lengths: Uint8Array;
}

/** Both families, each sorted by address, then by length (wider first), without duplicates. Nested prefixes are kept. */
export interface PrefixTable {
  readonly v4: PrefixList;
  readonly v6: PrefixList;
}

/** One prefix taken out of a list, for showing to people and for small lists. */
export interface Prefix {
  readonly family: 4 | 6;
  readonly words: readonly number[];
  readonly length: number;
}

/** Words per address of a family. */
export function wordsOf(family: 4 | 6): 1 | 4 {
  return family === 4 ? 1 : 4;
}

/** A list without entries. */
export function emptyList(family: 4 | 6): PrefixList {
  return { family, size: 0, words: new Uint32Array(0), lengths: new Uint8Array(0) };
}

/** A table without entries. */
export const EMPTY_TABLE: PrefixTable = { v4: emptyList(4), v6: emptyList(6) };

/** Entries of both families. */
export function sizeOf(table: PrefixTable): number {
  return table.v4.size + table.v6.size;
}
