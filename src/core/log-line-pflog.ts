/** Lines of pflog, as `pflog-line.ts` writes them and tcpdump(8) shows them; also with `[uid 0]`, as tcpdump of others does. */
import type { LoggedPacket } from './log-line.ts';
import type { LineMatcher } from './log-line-scan.ts';
import { PROTOCOL_NAMES } from './pflog-line.ts';
import { isListedAddress, type PolicyLookups } from './log-line-match.ts';

const LINE = new RegExp(
  String.raw`^(?<stamp>\d{4}-[^ ]{15,35}) rule [^ (]{1,100}/\d{0,5}\((?<reason>[a-z0-9-]{1,20})\) ` +
    String.raw`(?:\[[^\]]{1,40}\]:? )?(?<action>[a-z0-9-]{1,20}) (?<direction>in|out) on (?<ifname>[\w./?-]{1,16}): ` +
    String.raw`(?<from>[0-9A-Fa-f.:]{3,52}) > (?<to>[0-9A-Fa-f.:]{3,52}): (?<tail>.*)$`,
);
const END4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\.(\d{1,5}))?$/;
/** A dotted end of an IPv4-mapped address is part of it; what follows is the port. */
const END6 = /^([0-9A-Fa-f:]*:(?:[0-9A-Fa-f]{0,4}|\d{1,3}(?:\.\d{1,3}){3}))(?:\.(\d{1,5}))?$/;
const MAX_PORT = 65_535;
const NAMES: ReadonlySet<string> = new Set([
  ...['tcp', 'udp', 'icmp', 'icmp6'],
  ...PROTOCOL_NAMES.values(),
]);
const BLOCK = Buffer.from(' block ');

/** The packet of a line (without its newline); null when it is not one. Never throws, whatever the line holds. */
export function parsePflogLine(line: string): LoggedPacket | null {
  const groups = LINE.exec(line)?.groups as Readonly<Record<GroupName, string>> | undefined;
  if (groups === undefined) return null;
  const { stamp, reason, action, direction, ifname, from, to, tail } = groups;
  const [source, destination] = [endOf(from), endOf(to)];
  if (source === null || source.version !== destination?.version) return null;
  return {
    ...{ stamp, reason, action, tracker: 0, interface: ifname, version: source.version },
    direction: direction === 'out' ? 'out' : 'in',
    protocol: protocolOf(tail, source.port),
    ...{ source: source.address, sourcePort: source.port },
    ...{ destination: destination.address, destinationPort: destination.port },
    oddTail: tail.startsWith('[|'),
  };
}

type GroupName =
  ('stamp' | 'reason' | 'action' | 'direction' | 'ifname') | ('from' | 'to' | 'tail');

/** All lines, those of packets that could not be read too. */
export function matchAnyPflog(): LineMatcher {
  return { needle: null, test: () => true };
}

/**
 * Lines that are hits. pflog names the rule by a number that changes with every load of pf.conf, so a line is known by what it
 * says: `rules`, packets that a rule blocked and that have an address of the block list, which only the rules for our
 * table do; `policy`, also those with an address of either list, whatever was done with them.
 */
export function matchPflog(scope: 'rules' | 'policy', lookups: PolicyLookups): LineMatcher {
  const isRules = scope === 'rules';
  const tables = isRules ? [lookups.block] : [lookups.block, lookups.allow];
  return {
    needle: isRules ? BLOCK : Buffer.from(' rule '),
    test(bytes, start, end) {
      const packet = parsePflogLine(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
      if (packet === null || (isRules && packet.action !== 'block')) return false;
      return [packet.source, packet.destination].some((end) => isListedAddress(end, tables));
    },
  };
}

interface End {
  readonly version: 4 | 6;
  readonly address: string;
  readonly port: number | null;
}

function endOf(text: string): End | null {
  const version = text.includes(':') ? 6 : 4;
  const [, address, digits] = (version === 6 ? END6 : END4).exec(text) ?? [];
  if (address === undefined) return null;
  const port = digits === undefined ? null : Number(digits);
  return port !== null && port > MAX_PORT ? null : { version, address, port };
}

/** What tcpdump writes behind the addresses tells the protocol; that of a protocol with ports of its own is TCP's. */
function protocolOf(tail: string, port: number | null): string {
  const word = /^(?:\[\|)?([a-z][a-z0-9-]{0,30})/.exec(tail)?.[1] ?? '';
  if (NAMES.has(word)) return word;
  if (/^ip-proto-\d{1,3}$/.test(word)) return word.slice('ip-proto-'.length);
  if (/^[SFPRUEW.]{1,8} /.test(tail)) return 'tcp';
  return port === null ? 'ip' : 'udp';
}
