import { PolicyError } from '../core/errors.ts';
import type { FetchedList } from '../core/ports.ts';
import { PrefixBuilder } from '../core/prefix-builder.ts';
import type { AplTarget } from '../protocol/apl.ts';

/** Empty columns of a list. */
export function newColumns(): AplTarget {
  return {
    include4: new PrefixBuilder(4),
    include6: new PrefixBuilder(6),
    exclude4: new PrefixBuilder(4),
    exclude6: new PrefixBuilder(6),
  };
}

/** Entries of all columns. */
export function entriesOf({ include4, include6, exclude4, exclude6 }: AplTarget): number {
  return include4.size + include6.size + exclude4.size + exclude6.size;
}

/** Adds the entries of a part to a list. */
export function addColumns(into: AplTarget, part: AplTarget): void {
  copy4(part.include4, into.include4);
  copy4(part.exclude4, into.exclude4);
  copy6(part.include6, into.include6);
  copy6(part.exclude6, into.exclude6);
}

/** The list. @throws PolicyError when it names nothing. */
export function finishedList(name: string, columns: AplTarget): FetchedList {
  const { include4, include6, exclude4, exclude6 } = columns;
  if (include4.size + include6.size === 0) {
    throw new PolicyError('It is empty.', {
      remedy: 'Check the list on the server; an empty list is never enforced.',
    });
  }
  return {
    name,
    include: { v4: include4.toList(), v6: include6.toList() },
    exclude: { v4: exclude4.toList(), v6: exclude6.toList() },
  };
}

function copy4(from: PrefixBuilder, into: PrefixBuilder): void {
  const { size, words, lengths } = from.toList();
  for (let i = 0; i < size; i++) into.add4(words[i] ?? 0, lengths[i] ?? 0);
}

function copy6(from: PrefixBuilder, into: PrefixBuilder): void {
  const { size, words, lengths } = from.toList();
  for (let i = 0; i < size; i++) {
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words.subarray(i * 4, i * 4 + 4);
    into.add6(w0, w1, w2, w3, lengths[i] ?? 0);
  }
}
