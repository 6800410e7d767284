/** What pfctl(8) prints, read. Samples are of pfSense 2.5 to 2.8; OpenBSD prints the same. */
import { FirewallError, FormatError, printable } from '../../core/errors.ts';
import type { Prefix, PrefixTable } from '../../core/prefix-list.ts';
import { parsePrefix, parseTable } from '../../core/prefix-text.ts';

/**
 * The number of entries that all tables may hold together.
 * ```
 * states        hard limit   402000
 * table-entries hard limit   400000
 * ```
 * @throws FirewallError when it is not there
 */
export function parseTableLimit(output: string): number {
  const entries = /^table-entries\s+hard limit\s+(\d+)\s*$/m.exec(output)?.[1];
  if (entries === undefined) {
    throw new FirewallError(
      `reading the limits of pf: no table-entries in "${printable(output.slice(0, 200))}"`,
    );
  }
  return Number(entries);
}

/**
 * Tables and how many entries each holds.
 * ```
 * --a-r--	ThreatSTOP_block
 * 	Addresses:   26013
 * 	Cleared:     Fri Nov 20 21:17:19 2026
 * ```
 * A table in an anchor has the anchor's name behind its own: `-pa-r--	name	anchor`.
 */
export function parseTableSizes(output: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  let table = '';
  for (const line of output.split('\n')) {
    const name = /^[-cpairhCIR]{5,8}\t(.+)$/.exec(line)?.[1];
    if (name !== undefined) table = name;
    const size = /^\s+Addresses:\s+(\d+)\s*$/.exec(line)?.[1];
    if (size !== undefined) sizes.set(table, Number(size));
  }
  return sizes;
}

/**
 * The entries of `-T show`.
 * ```
 *    64.87.3.133
 *    198.51.100.0/24
 * ```
 * An entry that excludes (`!192.0.2.1`) is not one of ours.
 * @throws FormatError naming the line for anything that is no entry
 */
export function parseTableEntries(output: string): PrefixTable {
  return parseTable(Buffer.from(output.replaceAll(/[ \t]/g, '')));
}

/**
 * The addresses at both ends of every state, each once.
 * ```
 * all tcp 203.0.113.2:12345 (192.168.1.10:54321) -> 198.51.100.5:443       ESTABLISHED:ESTABLISHED
 * all udp 2001:db8::1[53] <- 2001:db8:2::5[50000]       MULTIPLE:MULTIPLE
 * ```
 */
export function parseStateAddresses(output: string): readonly Prefix[] {
  const words = new Set(
    [
      ...output.matchAll(
        /[\s(]((?:\d+\.){3}\d+)(?=[:)\s])|[\s(]([0-9a-f:]*:[0-9a-f:.]+)(?=[[)\s])/g,
      ),
    ].map((match) => match[1] ?? match[2] ?? ''),
  );
  return [...words].flatMap(prefixOrNone);
}

/** `killed 3 states from 1 sources and 0 destinations` */
export function parseKilledStates(output: string): number {
  return Number(/^killed (\d+) states/m.exec(output)?.[1] ?? 0);
}

/** Whether pfctl said that there is no such table. */
export function saysNoTable(stderr: string): boolean {
  return /Table does not exist/.test(stderr);
}

/** Whether pf had no room for the entries. */
export function saysNoRoom(stderr: string): boolean {
  return /Cannot allocate memory/.test(stderr);
}

function prefixOrNone(text: string): Prefix[] {
  try {
    return [parsePrefix(text)];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
