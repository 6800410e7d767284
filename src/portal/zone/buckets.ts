import { FormatError } from '../../core/errors.ts';
import { wordsOf, type PrefixList, type PrefixTable } from '../../core/prefix-list.ts';
import { MAX_APL_ITEM_BYTES, writeAplItem } from '../../protocol/apl.ts';

/** A part of a list that one APL record holds. */
export interface Bucket {
  /**
   * Which part of all possible entries it holds: 1 is all of them, 2n and 2n + 1 are the halves of n. The same entries
   * give the same numbers, whenever and wherever they are cut.
   */
  readonly number: number;
  readonly entries: number;
  /** Data of the APL record, in table order. */
  readonly apl: Uint8Array;
}

/** What one bucket may hold; a message with question, OPT and signature must stay below 65,535 bytes. */
export interface BucketLimits {
  readonly entries: number;
  /** Bytes of APL data. */
  readonly bytes: number;
}

/** As many items as old clients were written for, and what fits a message under the longest names and keys. */
export const BUCKET_LIMITS: BucketLimits = { entries: 8_000, bytes: 65_000 };

/** Parts that entries are counted in before they are joined to buckets: enough for 16 million entries. */
const CELL_BITS = 12;
const CELLS = 1 << CELL_BITS;

/**
 * Cuts a list by the hash of its entries: a bucket that is too large is halved by the next bit of the hash. So the cut
 * depends on the entries alone, and one entry more or less changes one bucket, now and then (when it gets too large,
 * or two halves fit again) three.
 * @returns the buckets that are not empty, by number; none for an empty list
 * @throws FormatError for more entries than can be cut
 */
export function cutIntoBuckets(
  table: PrefixTable,
  limits: BucketLimits = BUCKET_LIMITS,
): readonly Bucket[] {
  const sizes = new Sizes();
  for (const list of [table.v4, table.v6]) {
    for (let i = 0; i < list.size; i += 1) sizes.add(cellOf(list, i), itemBytes(list, i));
  }
  const buckets = sizes.buckets(limits);
  for (const list of [table.v4, table.v6]) {
    for (let i = 0; i < list.size; i += 1) buckets.add(list, i);
  }
  return buckets.finish();
}

/** Entries and bytes of every node of the tree: the root is 1, the cells are its leaves. */
class Sizes {
  readonly entries = new Uint32Array(2 * CELLS);
  readonly bytes = new Uint32Array(2 * CELLS);

  add(cell: number, bytes: number): void {
    this.entries[CELLS + cell] = (this.entries[CELLS + cell] ?? 0) + 1;
    this.bytes[CELLS + cell] = (this.bytes[CELLS + cell] ?? 0) + bytes;
  }

  /** The buckets, still empty. */
  buckets(limits: BucketLimits): Buckets {
    for (let node = CELLS - 1; node > 0; node -= 1) {
      this.entries[node] = (this.entries[2 * node] ?? 0) + (this.entries[2 * node + 1] ?? 0);
      this.bytes[node] = (this.bytes[2 * node] ?? 0) + (this.bytes[2 * node + 1] ?? 0);
    }
    const buckets = new Buckets();
    this.#visit(1, limits, buckets);
    return buckets;
  }

  #visit(node: number, limits: BucketLimits, into: Buckets): void {
    const [entries = 0, bytes = 0] = [this.entries[node], this.bytes[node]];
    if (entries === 0) return;
    if (entries <= limits.entries && bytes <= limits.bytes) {
      into.open(node, bytes);
    } else if (node >= CELLS) {
      throw new FormatError(`${this.entries[1] ?? 0} entries are more than a list can have`, {
        remedy: 'Make several lists of it.',
      });
    } else {
      this.#visit(2 * node, limits, into);
      this.#visit(2 * node + 1, limits, into);
    }
  }
}

interface OpenBucket {
  readonly number: number;
  readonly apl: Uint8Array;
  used: number;
  entries: number;
}

class Buckets {
  readonly #all: OpenBucket[] = [];
  readonly #ofCell: OpenBucket[] = [];

  open(node: number, bytes: number): void {
    // Behind the last item there must be room for writing a longest one.
    const apl = new Uint8Array(bytes + MAX_APL_ITEM_BYTES);
    const bucket = { number: node, apl, used: 0, entries: 0 };
    this.#all.push(bucket);
    const below = CELL_BITS - (31 - Math.clz32(node));
    const first = (node << below) - CELLS;
    for (let cell = first; cell < first + (1 << below); cell += 1) this.#ofCell[cell] = bucket;
  }

  add(list: PrefixList, index: number): void {
    const bucket = this.#ofCell[cellOf(list, index)] as OpenBucket;
    bucket.used += writeAplItem(list, index, bucket.apl, bucket.used);
    bucket.entries += 1;
  }

  finish(): readonly Bucket[] {
    return this.#all
      .map(({ number, entries, apl, used }) => ({ number, entries, apl: apl.slice(0, used) }))
      .toSorted((a, b) => a.number - b.number);
  }
}

function itemBytes(list: PrefixList, index: number): number {
  const words = wordsOf(list.family);
  for (let word = words - 1; word >= 0; word -= 1) {
    const value = list.words[index * words + word] ?? 0;
    if (value !== 0) return 4 + word * 4 + 4 - (trailingZeros(value) >> 3);
  }
  return 4;
}

function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value);
}

/** The first bits of the hash of an entry (the finishing steps of MurmurHash3 over its words and its length). */
function cellOf(list: PrefixList, index: number): number {
  const words = wordsOf(list.family);
  let hash = mix((list.lengths[index] ?? 0) + words * 256);
  for (let word = 0; word < words; word += 1) {
    hash = mix(hash ^ (list.words[index * words + word] ?? 0));
  }
  return hash >>> (32 - CELL_BITS);
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
