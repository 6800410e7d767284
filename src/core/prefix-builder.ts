import { FormatError } from './errors.ts';
import { wordsOf, type Prefix, type PrefixList } from './prefix-list.ts';
import { firstEntries, maskOf } from './prefix-order.ts';

const FIRST_CAPACITY = 64;

/**
 * Collects prefixes of one family into columns that grow by doubling; nothing is allocated per entry.
 * Order and duplicates are kept (`toTable` sorts). Host bits are cleared.
 */
export class PrefixBuilder {
  readonly family: 4 | 6;
  #size = 0;
  #words: Uint32Array<ArrayBuffer>;
  #lengths: Uint8Array<ArrayBuffer>;
  /** Whether a list that was given out looks into the columns. */
  #shown = false;

  /** @param capacity entries to make room for at once, when the number is known */
  constructor(family: 4 | 6, capacity = FIRST_CAPACITY) {
    this.family = family;
    this.#words = new Uint32Array(capacity * wordsOf(family));
    this.#lengths = new Uint8Array(capacity);
  }

  /** Entries so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an IPv4 prefix.
   * @param word the address, a 32-bit integer, signed or not
   * @param length 0..32
   * @throws FormatError for another length, or when the list is of IPv6 prefixes
   */
  add4(word: number, length: number): void {
    this.#check(4, length, 32);
    const index = this.#next();
    this.#words[index] = word & maskOf(length);
    this.#lengths[index] = length;
  }

  /**
   * Adds an IPv6 prefix.
   * @param w0 the first 32 bits of the address; `w1` to `w3` the others; signed or not
   * @param length 0..128
   * @throws FormatError for another length, or when the list is of IPv4 prefixes
   */
  add6(w0: number, w1: number, w2: number, w3: number, length: number): void {
    this.#check(6, length, 128);
    const index = this.#next();
    const words = this.#words;
    words[index * 4] = w0 & maskOf(Math.min(length, 32));
    words[index * 4 + 1] = w1 & maskOf(clampBits(length - 32));
    words[index * 4 + 2] = w2 & maskOf(clampBits(length - 64));
    words[index * 4 + 3] = w3 & maskOf(clampBits(length - 96));
    this.#lengths[index] = length;
  }

  /** {@link add6} with the address in an array of 4 words. */
  addWords6(words: Uint32Array, length: number): void {
    this.add6(
      words[0] as number,
      words[1] as number,
      words[2] as number,
      words[3] as number,
      length,
    );
  }

  /** Adds a prefix. @throws FormatError when its length is wrong or the list is of the other family */
  add({ family, words, length }: Prefix): void {
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
    if (family === 4) this.add4(w0, length);
    else this.add6(w0, w1, w2, w3, length);
  }

  /** Adds entry `index` of a list of the same family. */
  addEntry(list: PrefixList, index: number): void {
    const at = this.#next();
    this.#lengths[at] = list.lengths[index] as number;
    if (list.family === 4) {
      this.#words[at] = list.words[index] as number;
      return;
    }
    for (let word = 0; word < 4; word += 1) {
      this.#words[at * 4 + word] = list.words[index * 4 + word] as number;
    }
  }

  /** Adds all entries of a list of the same family, at once. */
  addList({ words, lengths, size }: PrefixList): void {
    const start = this.#size;
    if (start + size > this.#lengths.length) this.#grow(start + size);
    this.#words.set(words.subarray(0, size * wordsOf(this.family)), start * wordsOf(this.family));
    this.#lengths.set(lengths.subarray(0, size), start);
    this.#size += size;
  }

  /** The entries so far. Later additions do not change the list. */
  toList(): PrefixList {
    this.#shown = true;
    const columns = { family: this.family, words: this.#words, lengths: this.#lengths };
    return firstEntries({ ...columns, size: this.#size }, this.#size);
  }

  #check(family: 4 | 6, length: number, longest: number): void {
    if (this.family !== family) {
      throw new FormatError(`an IPv${family} prefix does not fit into a list of IPv${this.family}`);
    }
    if (length >>> 0 !== length || length > longest) {
      throw new FormatError(`prefix length ${length}: IPv${family} has 0 to ${longest}`);
    }
  }

  /** Index of a new entry. */
  #next(): number {
    if (this.#size === this.#lengths.length) this.#grow(this.#size + 1);
    this.#size += 1;
    return this.#size - 1;
  }

  /** @param least entries that there must be room for */
  #grow(least: number): void {
    const capacity = Math.max(FIRST_CAPACITY, this.#lengths.length * 2, least);
    const { buffer: words } = this.#shown ? this.#words.slice() : this.#words;
    const { buffer: lengths } = this.#shown ? this.#lengths.slice() : this.#lengths;
    // Unlike a copy, this gives the old columns back at once; the engine would keep them until it collects garbage.
    this.#words = new Uint32Array(words.transfer(capacity * wordsOf(this.family) * 4));
    this.#lengths = new Uint8Array(lengths.transfer(capacity));
    this.#shown = false;
  }
}

function clampBits(bits: number): number {
  return Math.max(0, Math.min(bits, 32));
}
