/** Ends the connections of newly blocked addresses. */
import { HostError } from '../../core/errors.ts';
import type { PrefixTable } from '../../core/prefix-list.ts';
import { createLookup, type PrefixLookup } from '../../core/prefix-lookup.ts';
import { parsePrefix } from '../../core/prefix-text.ts';
import { linePieces } from '../../system/line-pieces.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { conntrack, type FlowEnd } from './commands.ts';
import { parseDeleted, parseFlow } from './parse-flows.ts';

/**
 * Lists the connections once for each IP version that has new prefixes, and deletes those with an address in them.
 * Packets that come later open no connection, as the rules drop them first.
 * @returns how many were deleted
 * @throws FirewallError or HostError; nothing else was deleted then
 */
export async function cutFlows(run: RunCommand, added: PrefixTable): Promise<number> {
  const lookup = createLookup(added);
  let cut = 0;
  for (const family of [4, 6] as const) {
    if ((family === 4 ? added.v4 : added.v6).size === 0) continue;
    const { stdout } = await run(conntrack.list(family));
    for (const [end, addresses] of await listedEnds(lookup, stdout)) {
      for (const address of addresses) cut += await cutFlow(run, family, end, address);
    }
  }
  return cut;
}

/** Listed addresses to delete by, the first one of each connection. */
async function listedEnds(
  lookup: PrefixLookup,
  listing: string,
): Promise<ReadonlyMap<FlowEnd, ReadonlySet<string>>> {
  const found = new Map<FlowEnd, Set<string>>();
  for await (const lines of linePieces(listing)) {
    for (const line of lines) {
      if (line.trim() === '') continue;
      const [end, address] = parseFlow(line).find(([, one]) => isListed(lookup, one)) ?? [];
      if (end === undefined || address === undefined) continue;
      found.set(end, (found.get(end) ?? new Set()).add(address));
    }
  }
  return found;
}

function isListed(lookup: PrefixLookup, address: string): boolean {
  const prefix = parsePrefix(address);
  return prefix.family === 4
    ? lookup.covers4(prefix.words[0] as number) !== -1
    : lookup.find(prefix).length > 0;
}

async function cutFlow(
  run: RunCommand,
  family: 4 | 6,
  end: FlowEnd,
  address: string,
): Promise<number> {
  const argv = conntrack.cut(family, end, address);
  const { stderr } = await run(argv, { acceptExitCodes: [0, 1] });
  const deleted = parseDeleted(stderr);
  if (deleted === null) throw new HostError(`running ${argv.join(' ')}: ${stderr.trim()}`);
  return deleted;
}
