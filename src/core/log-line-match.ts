/** Which lines of a filter log are ours: by rule, by address, or all. */
import type { LineMatcher } from './log-line-scan.ts';
import { fieldEnd, fieldStart, readAddress4, readNumber } from './log-line-fields.ts';
import { parsePrefix } from './prefix-parse.ts';
import type { PrefixLookup } from './prefix-lookup.ts';
import { FormatError } from './errors.ts';

/** Tracker ids from `first` to `last`, both included. */
export interface TrackerRange {
  readonly first: number;
  readonly last: number;
}

/** Both tables of the policy, ready to be searched. */
export interface PolicyLookups {
  readonly block: PrefixLookup;
  readonly allow: PrefixLookup;
}

/** Fields of filterlog's CSV, counted from 0. */
const TRACKER = 3;
const VERSION = 8;
const SOURCE = { 4: 18, 6: 15 };
/** A shorter needle is in too many lines of others. */
const SHORTEST_NEEDLE = 5;
/** Digits, the rarest of filter logs first: a search is fastest when its first byte is rare. */
const RAREST_FIRST = '9876453201';

/** @param text a number, or two as in `1770000101-1770000199` */
export function parseTrackerRange(text: string): TrackerRange {
  const [first = 0, last = first] = text.split('-').map(Number);
  return { first, last };
}

/** Lines of the rules with these tracker ids. */
export function matchTrackers(ranges: readonly TrackerRange[]): LineMatcher {
  return {
    needle: needleOf(ranges),
    test(bytes, start, end) {
      const at = fieldStart(bytes, start, end, TRACKER);
      if (at === -1) return false;
      const tracker = readNumber(bytes, at, end);
      return ranges.some(({ first, last }) => tracker >= first && tracker <= last);
    },
  };
}

/** Lines of those rules, and lines with an address that is in one of the policy's tables. */
export function matchPolicy(ranges: readonly TrackerRange[], lookups: PolicyLookups): LineMatcher {
  const byTracker = matchTrackers(ranges);
  const tables = [lookups.block, lookups.allow];
  return {
    needle: null,
    test: (bytes, start, end) =>
      byTracker.test(bytes, start, end) || hasListedAddress(bytes, start, end, tables),
  };
}

/** All lines of filterlog. */
export function matchAll(): LineMatcher {
  return { needle: Buffer.from('filterlog'), test: () => true };
}

/**
 * What the ids of all ranges begin with, less its first digits where a later one is rarer.
 * Ids of different length, or with little in common, have none.
 */
function needleOf(ranges: readonly TrackerRange[]): Uint8Array | null {
  const ids = ranges.flatMap(({ first, last }) => [String(first), String(last)]);
  const [model = ''] = ids;
  if (ids.some((id) => id.length !== model.length)) return null;
  let length = 0;
  while (length < model.length && ids.every((id) => id[length] === model[length])) length += 1;
  if (length < SHORTEST_NEEDLE) return null;
  const starts = Array.from({ length: length - SHORTEST_NEEDLE + 1 }, (_, index) => index);
  const rank = (index: number): number => RAREST_FIRST.indexOf(model.charAt(index));
  const best = starts.reduce((found, index) => (rank(index) < rank(found) ? index : found), 0);
  return Buffer.from(model.slice(best, length));
}

function hasListedAddress(
  bytes: Uint8Array,
  start: number,
  end: number,
  tables: readonly PrefixLookup[],
): boolean {
  const version = fieldStart(bytes, start, end, VERSION);
  if (version === -1) return false;
  const family = bytes[version] === 0x34 ? 4 : 6;
  const source = fieldStart(bytes, start, end, SOURCE[family]);
  if (source === -1) return false;
  const sourceEnd = fieldEnd(bytes, source, end);
  const destinationEnd = fieldEnd(bytes, sourceEnd + 1, end);
  const isListed = family === 4 ? isListed4 : isListed6;
  return (
    isListed(bytes, source, sourceEnd, tables) ||
    isListed(bytes, sourceEnd + 1, destinationEnd, tables)
  );
}

function isListed4(
  bytes: Uint8Array,
  start: number,
  end: number,
  tables: readonly PrefixLookup[],
): boolean {
  const word = readAddress4(bytes, start, end);
  return word !== -1 && tables.some((table) => table.covers4(word) !== -1);
}

function isListed6(
  bytes: Uint8Array,
  start: number,
  end: number,
  tables: readonly PrefixLookup[],
): boolean {
  return isListedAddress(Buffer.from(bytes.subarray(start, end)).toString('latin1'), tables);
}

/** Whether a table has the address; false for a text that is none. */
export function isListedAddress(text: string, tables: readonly PrefixLookup[]): boolean {
  try {
    const prefix = parsePrefix(text);
    return tables.some((table) => table.find(prefix).length > 0);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
