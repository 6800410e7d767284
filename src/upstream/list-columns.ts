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
  into.include4.addList(part.include4.toList());
  into.exclude4.addList(part.exclude4.toList());
  into.include6.addList(part.include6.toList());
  into.exclude6.addList(part.exclude6.toList());
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
