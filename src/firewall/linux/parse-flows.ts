/** What conntrack(8) prints. */
import { FirewallError, printable } from '../../core/errors.ts';
import type { FlowEnd } from './commands.ts';

const ENDS: readonly FlowEnd[] = ['orig-src', 'orig-dst', 'reply-src', 'reply-dst'];

/**
 * Reads a line of `conntrack -L`. The first two addresses are of the packets that opened the connection, the last two of
 * the answers; with address translation they differ:
 * ```
 * tcp      6 431999 ESTABLISHED src=10.0.0.2 dst=203.0.113.7 sport=4711 dport=22 src=203.0.113.7 dst=198.51.100.1 sport=22 dport=4711 [ASSURED] mark=0 use=1
 * udp      17 29 src=10.0.0.2 dst=203.0.113.7 sport=53 dport=53 [UNREPLIED] src=203.0.113.7 dst=10.0.0.2 sport=53 dport=53 mark=0 use=1
 * ```
 * @returns the address at each end
 * @throws FirewallError for a line without four addresses: cutting by guess could cut somebody else
 */
export function parseFlow(line: string): readonly (readonly [FlowEnd, string])[] {
  const addresses = [...line.matchAll(/ (?:src|dst)=([0-9a-fA-F.:]+)/g)].map((match) => match[1]);
  if (addresses.length !== ENDS.length) {
    throw new FirewallError(`conntrack: not a connection: ${printable(line.slice(0, 200))}`);
  }
  return ENDS.map((end, index) => [end, addresses[index] ?? '']);
}

/** How many connections were deleted: `conntrack v1.4.7 (conntrack-tools): 2 flow entries have been deleted.`; null: not told. */
export function parseDeleted(text: string): number | null {
  const [, count] = /: (\d+) flow entries have been deleted/.exec(text) ?? [];
  return count === undefined ? null : Number(count);
}
