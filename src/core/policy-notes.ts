import { printable } from './errors.ts';
import { countWords, formatCount } from './format-count.ts';
import type { TableName } from './ports.ts';
import { sizeOf, type PrefixTable } from './prefix-list.ts';
import { formatPrefix, prefixAt } from './prefix-text.ts';

/** Most entries that a note names; its count is of all. */
const MOST_NAMED = 20;

/** Entries a note is about. */
export interface NamedEntries {
  readonly count: number;
  /** The first ones in table order, at most 20, as text. */
  readonly first: readonly string[];
}

/** What was done to a policy beyond what its lists say, for people and programs. Nothing is done silently. */
export type PolicyNote =
  /** Entries over the limit were left out; `kept` of them are enforced. */
  | { readonly kind: 'cut'; readonly table: TableName; readonly cut: number; readonly kept: number }
  /** A guarded prefix was taken out of the block table; it met `entries` entries. */
  | {
      readonly kind: 'carved';
      readonly prefix: string;
      readonly reason: string;
      readonly entries: number;
    }
  /** Entries wider than a policy may have were taken out. */
  | ({ readonly kind: 'too-wide'; readonly table: TableName } & NamedEntries)
  /** Allow entries that overlap no block entry. */
  | ({ readonly kind: 'allow-without-effect' } & NamedEntries)
  /** Block entries that the allow list removed, or left a part of. */
  | ({ readonly kind: 'removed-by-allow' } & NamedEntries)
  /** Neighbours were merged. */
  | {
      readonly kind: 'compacted';
      readonly table: TableName;
      readonly before: number;
      readonly after: number;
    };

/** The note in one sentence. */
export function describeNote(note: PolicyNote): string {
  switch (note.kind) {
    case 'cut':
      return `The ${note.table} list has ${entries(note.cut + note.kept)}, more than maxpolicysize lets through: ${entries(note.cut)} left out, ${formatCount(note.kept)} kept.`;
    case 'carved':
      return `${note.prefix} is never blocked (${printable(note.reason)}): taken out of ${entries(note.entries)} of the block list.`;
    case 'too-wide':
      return `The ${note.table} list has ${entries(note.count)} too wide to be meant, taken out: ${named(note)}.`;
    case 'allow-without-effect':
      return `The allow list has ${entries(note.count)} without effect, as nothing of them is blocked: ${named(note)}.`;
    case 'removed-by-allow':
      return `The allow list took ${entries(note.count)} out of the block list, whole or in part: ${named(note)}.`;
    case 'compacted':
      return `Neighbours in the ${note.table} list were merged: ${entries(note.before)} became ${formatCount(note.after)}.`;
  }
}

/** Count and first entries of a table, for a note. */
export function nameEntries({ v4, v6 }: PrefixTable): NamedEntries {
  const count = v4.size + v6.size;
  const first = Array.from({ length: Math.min(count, MOST_NAMED) }, (_, index) =>
    formatPrefix(index < v4.size ? prefixAt(v4, index) : prefixAt(v6, index - v4.size)),
  );
  return { count, first };
}

/** The note that `make` makes of the entries; none when the table is empty. */
export function noteEntries(
  table: PrefixTable,
  make: (entries: NamedEntries) => PolicyNote,
): PolicyNote[] {
  return sizeOf(table) === 0 ? [] : [make(nameEntries(table))];
}

function entries(count: number): string {
  return countWords(count, 'entry', 'entries');
}

function named({ count, first }: NamedEntries): string {
  const more = count - first.length;
  return first.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
