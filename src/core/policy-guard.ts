import { noteEntries, type PolicyNote } from './policy-notes.ts';
import type { GuardedPrefix, ResolvedOptions, StepResult } from './policy-options.ts';
import type { PolicyTables } from './ports.ts';
import { overlapping, subtract } from './prefix-algebra.ts';
import { PrefixBuilder } from './prefix-builder.ts';
import {
  emptyList,
  sizeOf,
  type Prefix,
  type PrefixList,
  type PrefixTable,
} from './prefix-list.ts';
import { listOf } from './prefix-order.ts';
import { createLookup } from './prefix-lookup.ts';
import { formatPrefix } from './prefix-text.ts';
import { toTable } from './prefix-sort.ts';

/**
 * Takes out block entries that are wider than the options let through, and 0.0.0.0/0 and ::/0 in any case. The
 * allow table may have wide entries (fc00::/7), but not all addresses: that would switch the protection off.
 */
export function takeOutTooWide(tables: PolicyTables, options: ResolvedOptions): StepResult {
  const block = splitByWidth(tables.block, options.maxWidth4, options.maxWidth6);
  const allow = splitByWidth(tables.allow, 0, 0);
  const notes = [
    ...noteEntries(block.wide, (named) => ({ kind: 'too-wide', table: 'block', ...named })),
    ...noteEntries(allow.wide, (named) => ({ kind: 'too-wide', table: 'allow', ...named })),
  ];
  return { tables: { block: block.usual, allow: allow.usual }, notes };
}

/** Takes the guarded prefixes out of the block table. */
export function carveGuarded(
  { block, allow }: PolicyTables,
  { guard }: ResolvedOptions,
): StepResult {
  const lookup = createLookup(block);
  const hit = guard.filter(({ prefix }) => lookup.overlaps(prefix));
  if (hit.length === 0) return { tables: { block, allow }, notes: [] };
  const notes = hit.map((guarded) => noteOf(guarded, block));
  const carved = subtract(block, tableOf(hit.map(({ prefix }) => prefix)));
  return { tables: { block: carved, allow }, notes };
}

function noteOf({ prefix, reason }: GuardedPrefix, block: PrefixTable): PolicyNote {
  const entries = sizeOf(overlapping(block, tableOf([prefix])));
  return { kind: 'carved', prefix: formatPrefix(prefix), reason, entries };
}

function tableOf(prefixes: readonly Prefix[]): PrefixTable {
  return toTable(listOf(4, prefixes), listOf(6, prefixes));
}

interface Widths {
  readonly usual: PrefixTable;
  readonly wide: PrefixTable;
}

function splitByWidth({ v4, v6 }: PrefixTable, shortest4: number, shortest6: number): Widths {
  const [usual4, wide4] = splitList(v4, Math.max(1, shortest4));
  const [usual6, wide6] = splitList(v6, Math.max(1, shortest6));
  return { usual: { v4: usual4, v6: usual6 }, wide: { v4: wide4, v6: wide6 } };
}

function splitList(list: PrefixList, shortest: number): [PrefixList, PrefixList] {
  const { lengths } = list;
  if (!lengths.some((length) => length < shortest)) return [list, emptyList(list.family)];
  const usual = new PrefixBuilder(list.family, list.size);
  const wide = new PrefixBuilder(list.family, 0);
  for (let i = 0; i < list.size; i += 1) {
    ((lengths[i] as number) < shortest ? wide : usual).addEntry(list, i);
  }
  return [usual.toList(), wide.toList()];
}
