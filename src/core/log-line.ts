/**
 * The lines of pfSense's filter log: a syslog prefix and the CSV of filterlog(8).
 *
 *   Nov 20 03:04:05 fw filterlog[38263]: 6,,,1770000101,igb0,match,block,in,4,0x0,,51,3354,0,DF,6,tcp,60,192.0.2.1,203.0.113.7,4711,22,0,S,1,,64240,,mss
 *   <134>1 2026-01-02T03:04:05.678901+00:00 fw.example.net filterlog 38263 - - 6,,,1770000101,igb0,...
 *
 * Common: rule,subrule,anchor,tracker,interface,reason,action,direction,version. IPv4 goes on with
 * tos,ecn,ttl,id,offset,flags,number,protocol,length,source,destination and IPv6 with
 * class,flow,hop limit,protocol,number,length,source,destination. TCP, UDP and SCTP then have both ports; a
 * fragment but the first ends behind the destination.
 */

/** One logged packet. Texts are as logged. */
export interface LoggedPacket {
  /** The time as logged, for a `StampReader`. */
  readonly stamp: string;
  /** Id of the rule; 0 when it has none. */
  readonly tracker: number;
  readonly interface: string;
  readonly reason: string;
  readonly action: string;
  readonly direction: 'in' | 'out';
  readonly version: 4 | 6;
  /** Lower case. */
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number | null;
  readonly destination: string;
  readonly destinationPort: number | null;
  /** What follows the addresses is not what the protocol has there, as in a malformed packet. */
  readonly oddTail: boolean;
}

const STAMP = String.raw`[A-Z][a-z]{2} [ 0-3]?\d \d\d:\d\d:\d\d|\d{4}-[^ ]{15,35}`;
const PREFIXES = [
  // BSD syslog, with or without priority, facility, host and process id.
  new RegExp(
    String.raw`^(?:<\d{1,3}>)?(${STAMP}) (?:<[^> ]*> )?(?:[^ ]+ )?filterlog(?:\[\d*\])?: (.*)$`,
  ),
  // RFC 5424.
  new RegExp(
    String.raw`^(?:<\d{1,3}>)?1 (${STAMP}) [^ ]+ filterlog [^ ]+ [^ ]+ (?:-|\[[^\]]*\]) (.*)$`,
  ),
];
const NUMBER = /^\d{1,10}$/;
const WORD = /^[A-Za-z0-9_.:()*/@+-]{1,64}$/;
const ADDRESSES = { 4: /^\d{1,3}(?:\.\d{1,3}){3}$/, 6: /^[0-9A-Fa-f:.]{2,45}$/ };
/** Index of the fields that differ by IP version. */
const COLUMNS = {
  4: { protocol: 16, source: 18, offset: 13 },
  6: { protocol: 12, source: 15, offset: null },
};
/** Protocols with ports, and how many fields they have behind the addresses. */
const WITH_PORTS = new Map([
  ['tcp', 9],
  ['udp', 3],
  ['sctp', 3],
]);
const VERSIONS = new Map<string, 4 | 6>([
  ['4', 4],
  ['6', 6],
]);
const ODD = /^ *(?:truncated|bad-|errormsg)/;
const MAX_PORT = 65_535;

/** The packet of a line (without its newline); null when it is not one. Never throws, whatever the line holds. */
export function parseLogLine(line: string): LoggedPacket | null {
  for (const prefix of PREFIXES) {
    const [, stamp, csv] = prefix.exec(line) ?? [];
    if (stamp !== undefined && csv !== undefined) return parsePacket(stamp, csv.split(','));
  }
  return null;
}

function parsePacket(stamp: string, fields: readonly string[]): LoggedPacket | null {
  const rule = parseRule(fields);
  const version = VERSIONS.get(textAt(fields, 8));
  const ends = version === undefined ? null : parseEnds(version, fields);
  if (rule === null || version === undefined || ends === null) return null;
  return { stamp, ...rule, version, ...ends };
}

type Rule = Pick<LoggedPacket, 'tracker' | 'interface' | 'reason' | 'action' | 'direction'>;

function parseRule(fields: readonly string[]): Rule | null {
  const tracker = textAt(fields, 3);
  const ifname = textAt(fields, 4);
  const reason = textAt(fields, 5);
  const action = textAt(fields, 6);
  const direction = textAt(fields, 7);
  if (direction !== 'in' && direction !== 'out') return null;
  const fits = NUMBER.test(tracker) && [ifname, action].every((word) => WORD.test(word));
  if (!fits || reason.length > 64) return null;
  return { tracker: Number(tracker), interface: ifname, reason, action, direction };
}

type Ends = Pick<
  LoggedPacket,
  'protocol' | 'source' | 'sourcePort' | 'destination' | 'destinationPort' | 'oddTail'
>;

function parseEnds(version: 4 | 6, fields: readonly string[]): Ends | null {
  const at = COLUMNS[version];
  const source = textAt(fields, at.source);
  const destination = textAt(fields, at.source + 1);
  const protocol = textAt(fields, at.protocol).toLowerCase();
  const addressesFit = [source, destination].every((text) => ADDRESSES[version].test(text));
  if (!addressesFit || protocol.length > 64) return null;
  const isFirst = at.offset === null || textAt(fields, at.offset) === '0';
  const tail = parseTail(isFirst ? protocol : '', fields.slice(at.source + 2));
  return { protocol, source, destination, ...tail };
}

function parseTail(
  protocol: string,
  tail: readonly string[],
): Pick<Ends, 'sourcePort' | 'destinationPort' | 'oddTail'> {
  const isOdd = tail.some((field) => ODD.test(field));
  const width = WITH_PORTS.get(protocol);
  if (width === undefined) return { sourcePort: null, destinationPort: null, oddTail: isOdd };
  const sourcePort = portOf(textAt(tail, 0));
  const destinationPort = portOf(textAt(tail, 1));
  const lacksPorts = sourcePort === null || destinationPort === null;
  return { sourcePort, destinationPort, oddTail: isOdd || lacksPorts || tail.length < width };
}

function portOf(text: string): number | null {
  const port = Number(text);
  return NUMBER.test(text) && port <= MAX_PORT ? port : null;
}

function textAt(fields: readonly string[], index: number): string {
  return fields[index] ?? '';
}
