import { numberedList, withFirstLabel } from '../../protocol/list-name.ts';
import { FormatError } from '../../core/errors.ts';
import type { PrefixList, PrefixTable } from '../../core/prefix-list.ts';
import { encodeName } from '../../protocol/dns-name.ts';
import { TYPE } from '../../protocol/dns-types.ts';
import { cutIntoBuckets, type Bucket } from './buckets.ts';
import { recordSet, type RecordSet } from './record-set.ts';

/** A records at one name; 16 bytes each, so that all fit one message. */
const MAX_ADDRESSES = 4_000;
/** The most addresses a list may have to be there in the older scheme too: 16 bytes a record are a lot for a zone. */
const OLD_SCHEME_ADDRESSES = 100_000;

/** The names of all sub-lists must fit one message, with question and signature. */
const MAX_POINTER_BYTES = 65_000;

/**
 * All records of a list. One APL record at the list's own name where the list fits into it, else PTR records to
 * sub-lists `<list>-l<number>` with one each. Beside that, for old clients, A records at `<list>`, `<list>1`,
 * `<list>2` …, but only for lists of nothing but single IPv4 addresses, and not too many: the old scheme has no way to
 * say a prefix, and half a list must not pass for the list.
 * @throws FormatError for a list that is too large
 */
export function compileList(name: string, table: PrefixTable): readonly RecordSet[] {
  return [...aplSets(name, cutIntoBuckets(table)), ...addressSets(name, table)];
}

function aplSets(name: string, buckets: readonly Bucket[]): RecordSet[] {
  const [only] = buckets;
  if (only === undefined) return [];
  if (only.number === 1) return [recordSet(name, TYPE.APL, [only.apl])];
  const pointers = buckets.map(({ number }) => encodeName(subList(name, number)));
  const set = recordSet(name, TYPE.PTR, pointers);
  if (set.answers.length > MAX_POINTER_BYTES) {
    throw new FormatError(`the list ${name} would have ${buckets.length} sub-lists, too many`, {
      remedy: 'Make several policies of it.',
    });
  }
  return [
    set,
    ...buckets.map(({ number, apl }) => recordSet(subList(name, number), TYPE.APL, [apl])),
  ];
}

function addressSets(name: string, { v4, v6 }: PrefixTable): RecordSet[] {
  if (v6.size > 0 || v4.size > OLD_SCHEME_ADDRESSES || !onlyAddresses(v4)) return [];
  const chunks = Math.ceil(v4.size / MAX_ADDRESSES);
  return Array.from({ length: chunks }, (_, index) => {
    const end = Math.min(v4.size, (index + 1) * MAX_ADDRESSES);
    const words = v4.words.subarray(index * MAX_ADDRESSES, end);
    return recordSet(numberedList(name, index), TYPE.A, Array.from(words, addressBytes));
  });
}

function onlyAddresses(list: PrefixList): boolean {
  return list.lengths.subarray(0, list.size).every((length) => length === 32);
}

function addressBytes(word: number): Uint8Array {
  return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
}

/** `basic.threatstop.local` → `basic-l3.threatstop.local`. */
function subList(name: string, number: number): string {
  return withFirstLabel(name, (label) => `${label}-l${number}`);
}
