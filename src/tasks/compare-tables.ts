/** What changed between two tables, in turns: those of a million entries must not hold up the page. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { countDifference, difference, overlapping } from '../core/prefix-algebra.ts';
import { sizeOf, type PrefixTable } from '../core/prefix-list.ts';
import { piecesOf, type Piece } from '../core/prefix-pieces.ts';
import { formatPrefix, prefixAt } from '../core/prefix-text.ts';

/** Entries of a table looked at in one turn: some milliseconds. */
const PER_TURN = 50_000;

/** Which entries are asked for. */
export interface ChangeQuestion {
  readonly change: 'added' | 'removed';
  /** Only entries that meet one of these; null: all. */
  readonly wanted: PrefixTable | null;
  readonly offset: number;
  readonly limit: number;
}

/** How many entries were added and removed. */
export async function countChanges(
  before: PrefixTable,
  after: PrefixTable,
): Promise<{ readonly added: number; readonly removed: number }> {
  const sum = { added: 0, removed: 0 };
  for await (const piece of inTurns(before, after)) {
    const { added, removed } = countDifference(piece.before, piece.after);
    sum.added += added;
    sum.removed += removed;
  }
  return sum;
}

/** The entries as text, in table order, from `offset` on, and how many there are in all. */
export async function findChanges(
  before: PrefixTable,
  after: PrefixTable,
  { change, wanted, offset, limit }: ChangeQuestion,
): Promise<{ readonly count: number; readonly entries: readonly string[] }> {
  const entries: string[] = [];
  let count = 0;
  for await (const piece of inTurns(before, after)) {
    const changed = difference(piece.before, piece.after)[change];
    const found = wanted === null ? changed : overlapping(changed, wanted);
    const from = Math.max(0, offset - count);
    for (const entry of textsOf(found, from, limit - entries.length)) entries.push(entry);
    count += sizeOf(found);
  }
  return { count, entries };
}

async function* inTurns(before: PrefixTable, after: PrefixTable): AsyncGenerator<Piece> {
  for (const piece of piecesOf(before, after, PER_TURN)) {
    yield piece;
    await nextTurn();
  }
}

function textsOf(table: PrefixTable, offset: number, limit: number): readonly string[] {
  const { v4, v6 } = table;
  const count = Math.max(0, Math.min(sizeOf(table) - offset, limit));
  return Array.from({ length: count }, (_, place) => {
    const index = offset + place;
    return formatPrefix(index < v4.size ? prefixAt(v4, index) : prefixAt(v6, index - v4.size));
  });
}
