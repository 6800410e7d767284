import type { PrefixList, PrefixTable } from '../../core/prefix-list.ts';
import { encodeApl } from '../../protocol/apl.ts';

/** The records of one name of the policy zone. */
export interface NameRecords {
  /** Sub-lists. */
  readonly ptr?: readonly string[];
  /** Data of the name's one APL record. */
  readonly apl?: Uint8Array;
  /** Single IPv4 addresses as 32-bit words: the older scheme. */
  readonly a?: Uint32Array;
}

/** A records at one name; 16 bytes each, so that all fit one message. */
const MAX_ADDRESSES = 4_000;

/**
 * All records of a list. One APL record at the list's own name where the list fits into it, else PTR records
 * to sub-lists `<list>-l0`, `<list>-l1` … with one each. Beside that, for old clients, A records at `<list>`,
 * `<list>1`, `<list>2` …, but only for lists of nothing but single IPv4 addresses: the old scheme has
 * no way to say a prefix, and half a list must not pass for the list.
 */
export function compileList(name: string, table: PrefixTable): Map<string, NameRecords> {
  const records = new Map<string, NameRecords>();
  const add = (owner: string, more: NameRecords): void => {
    records.set(owner, { ...records.get(owner), ...more });
  };
  const pieces = encodeApl(table);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) add(name, { apl: only });
  else add(name, { ptr: pieces.map((_, index) => subList(name, index)) });
  if (pieces.length > 1) pieces.forEach((apl, index) => add(subList(name, index), { apl }));
  addressChunks(table).forEach((a, index) => add(numbered(name, index), { a }));
  return records;
}

function addressChunks({ v4, v6 }: PrefixTable): Uint32Array[] {
  if (v6.size > 0 || !onlyAddresses(v4)) return [];
  const chunks = Math.ceil(v4.size / MAX_ADDRESSES);
  return Array.from({ length: chunks }, (_, index) =>
    v4.words.subarray(index * MAX_ADDRESSES, Math.min(v4.size, (index + 1) * MAX_ADDRESSES)),
  );
}

function onlyAddresses(list: PrefixList): boolean {
  return list.lengths.subarray(0, list.size).every((length) => length === 32);
}

/** `basic.threatstop.local` → `basic-l3.threatstop.local`. */
function subList(name: string, index: number): string {
  return withFirstLabel(name, (label) => `${label}-l${index}`);
}

/** `basic.threatstop.local` → itself, `basic1.threatstop.local`, … */
function numbered(name: string, index: number): string {
  return index === 0 ? name : withFirstLabel(name, (label) => `${label}${index}`);
}

function withFirstLabel(name: string, change: (label: string) => string): string {
  const dot = name.indexOf('.');
  return change(name.slice(0, dot)) + name.slice(dot);
}
