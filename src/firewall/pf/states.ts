/** Connections that pf keeps state of. */
import { createLookup, type PrefixLookup } from '../../core/prefix-lookup.ts';
import { sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import { formatPrefix } from '../../core/prefix-text.ts';
import { linePieces } from '../../system/line-pieces.ts';
import type { RunCommand } from '../../system/run-command.ts';
import { killStates, SHOW_STATES } from './commands.ts';
import { parseKilledStates, parseStateAddresses } from './parse.ts';

/**
 * Ends the states that have an address of the table at either end. Only addresses that have a state are named to pfctl,
 * so a table of a million entries costs one listing.
 * @returns how many states were ended
 */
export async function cutStates(run: RunCommand, added: PrefixTable): Promise<number> {
  if (sizeOf(added) === 0) return 0;
  const lookup = createLookup(added);
  const { stdout } = await run(SHOW_STATES);
  let ended = 0;
  for (const address of await listedAddresses(lookup, stdout)) {
    for (const argv of killStates(address)) {
      const { stdout: said, stderr } = await run(argv);
      ended += parseKilledStates(said) || parseKilledStates(stderr);
    }
  }
  return ended;
}

async function listedAddresses(lookup: PrefixLookup, states: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const lines of linePieces(states)) {
    for (const one of parseStateAddresses(lines.join('\n'))) {
      if (lookup.overlaps(one)) found.add(formatPrefix(one));
    }
  }
  return found;
}
