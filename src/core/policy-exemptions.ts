/** What an administrator allows and blocks on this device, put on top of a compiled policy. */
import type { AppliedExemption, PolicyTables } from './ports.ts';
import { subtract, union } from './prefix-algebra.ts';
import { EMPTY_TABLE, type Prefix, type PrefixTable } from './prefix-list.ts';
import { parsePrefix } from './prefix-parse.ts';
import { tableOf } from './prefix-sort.ts';

/**
 * The tables with the exemptions: the narrower one decides where two overlap, and each of them before the lists. What is
 * allowed is taken out of the block table and put into no other: an entry of the allow table can be a pass rule
 * (`allow_action`), and letting a packet on is not opening the firewall to it. What is guarded is never blocked.
 */
export function applyExemptions(
  { block, allow }: PolicyTables,
  exemptions: readonly AppliedExemption[],
  guard: readonly Prefix[],
): PolicyTables {
  if (exemptions.length === 0) return { block, allow };
  let blocked = block;
  let added = EMPTY_TABLE;
  for (const { blocks, allows } of byWidth(exemptions)) {
    blocked = subtract(union(blocked, blocks), allows);
    added = subtract(union(added, blocks), allows);
  }
  const guarded = tableOf(guard);
  return { block: subtract(blocked, guarded), allow: subtract(allow, subtract(added, guarded)) };
}

/** Exemptions of one length each, the widest first. Those of one length do not overlap. */
function byWidth(exemptions: readonly AppliedExemption[]) {
  const lengths = new Set(exemptions.map(({ prefix }) => parsePrefix(prefix).length));
  return [...lengths]
    .sort((a, b) => a - b)
    .map((length) => ({
      blocks: ofLength(exemptions, 'block', length),
      allows: ofLength(exemptions, 'allow', length),
    }));
}

function ofLength(
  exemptions: readonly AppliedExemption[],
  action: AppliedExemption['action'],
  length: number,
): PrefixTable {
  const prefixes = exemptions
    .filter((one) => one.action === action)
    .map(({ prefix }) => parsePrefix(prefix));
  return tableOf(prefixes.filter((prefix) => prefix.length === length));
}
