import type { ResolvedOptions } from './policy-options.ts';
import type { FetchedList, TableName } from './ports.ts';
import { PrefixBuilder } from './prefix-builder.ts';
import { emptyList, type PrefixList } from './prefix-list.ts';

/** The entries of a list that are too wide to be meant, and the list without them. */
export interface WithoutWide {
  readonly list: FetchedList;
  /** Unsorted. */
  readonly wide: { readonly v4: PrefixList; readonly v6: PrefixList };
}

/**
 * Takes out block entries that are wider than the options let through, and 0.0.0.0/0 and ::/0 in any case. An allow list
 * may have wide entries (fc00::/7), but not all addresses: that would switch the protection off.
 *
 * This comes before what the list itself excludes: of 0.0.0.0/0 without one address, entries of all widths are left.
 */
export function withoutWide(
  list: FetchedList,
  table: TableName,
  { maxWidth4, maxWidth6 }: ResolvedOptions,
): WithoutWide {
  const isBlock = table === 'block';
  const [usual4, wide4] = splitList(list.include.v4, isBlock ? Math.max(1, maxWidth4) : 1);
  const [usual6, wide6] = splitList(list.include.v6, isBlock ? Math.max(1, maxWidth6) : 1);
  return {
    list: { ...list, include: { v4: usual4, v6: usual6 } },
    wide: { v4: wide4, v6: wide6 },
  };
}

function splitList(list: PrefixList, shortest: number): [PrefixList, PrefixList] {
  const { lengths, size } = list;
  if (!lengths.subarray(0, size).some((length) => length < shortest)) {
    return [list, emptyList(list.family)];
  }
  const usual = new PrefixBuilder(list.family, size);
  const wide = new PrefixBuilder(list.family, 0);
  for (let i = 0; i < size; i += 1) {
    ((lengths[i] as number) < shortest ? wide : usual).addEntry(list, i);
  }
  return [usual.toList(), wide.toList()];
}
