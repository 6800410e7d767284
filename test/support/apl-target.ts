import { PrefixBuilder } from '../../src/core/prefix-builder.ts';
import type { PrefixTable } from '../../src/core/prefix-list.ts';
import { toTable } from '../../src/core/prefix-sort.ts';
import type { AplTarget } from '../../src/protocol/apl.ts';
import { texts } from './prefixes.ts';

/** Empty columns for a decoder. */
export function aplTarget(): AplTarget {
  return {
    include4: new PrefixBuilder(4),
    include6: new PrefixBuilder(6),
    exclude4: new PrefixBuilder(4),
    exclude6: new PrefixBuilder(6),
  };
}

/** What was included, sorted. */
export function includedIn(target: AplTarget): PrefixTable {
  return toTable(target.include4.toList(), target.include6.toList());
}

/** What was included and excluded (with a leading `!`), as texts. */
export function textsIn(target: AplTarget): string[] {
  const excluded = toTable(target.exclude4.toList(), target.exclude6.toList());
  return [...texts(includedIn(target)), ...texts(excluded).map((text) => `!${text}`)];
}
