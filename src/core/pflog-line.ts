/**
 * A packet of pflog as a line of text, as tcpdump(8) of OpenBSD shows it (`tcpdump -ner /var/log/pflog`), with date and zone:
 *
 *   2026-11-20T15:35:09.226823Z rule 1/(match) block out on em0: 10.0.2.15 > 64.87.3.133: icmp: echo request
 *   2026-11-20T15:35:53.036536Z rule 1/(match) block out on em0: 10.0.2.15.31470 > 64.87.3.133.80: S 3938496047:3938496047(0) win 16384
 *   2026-11-20T15:36:01.000001Z rule 3.ftp.0/(match) block in on em1: 2001:db8::66.53 > 2001:db8::1.4711: udp 40
 */
import type { PflogFault, PflogPacket } from './pflog-packet.ts';

/** Names of protocols that have no line of their own; others are `ip-proto-47`. */
export const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'igmp'],
  [4, 'ipencap'],
  [41, 'ip6'],
  [47, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [89, 'ospf'],
  [103, 'pim'],
  [112, 'carp'],
  [132, 'sctp'],
  [240, 'pfsync'],
]);

const FLAGS: readonly (readonly [bit: number, letter: string])[] = [
  [2, 'S'],
  [1, 'F'],
  [4, 'R'],
  [8, 'P'],
  [32, 'U'],
  [128, 'W'],
  [64, 'E'],
];
const ACK = 16;
/** With one of these, or with data, the numbers of the segment are shown. */
const NUMBERED = 7;
const ICMP = new Map([
  [0, 'echo reply'],
  [3, 'unreachable'],
  [5, 'redirect'],
  [8, 'echo request'],
  [11, 'time exceeded'],
]);
const ICMP6 = new Map([
  [1, 'unreachable'],
  [2, 'packet too big'],
  [3, 'time exceeded'],
  [128, 'echo request'],
  [129, 'echo reply'],
  [135, 'neighbor solicitation'],
  [136, 'neighbor advertisement'],
]);

/** The line, without a newline. @param stamp RFC 3339 */
export function formatPflogLine(stamp: string, packet: PflogPacket | PflogFault): string {
  if ('fault' in packet) return `${stamp} pflog: a packet that cannot be read: ${packet.fault}`;
  const { reason, action, direction, source, sourcePort, destination, destinationPort } = packet;
  const rule = `rule ${ruleOf(packet)}/(${reason}) ${action} ${direction} on ${packet.interface}`;
  const ends = `${source}${portOf(sourcePort)} > ${destination}${portOf(destinationPort)}`;
  return `${stamp} ${rule}: ${ends}: ${tailOf(packet)}`;
}

function ruleOf({ rule, anchor, subrule }: PflogPacket): string {
  if (rule === null) return 'def';
  return anchor === '' ? `${rule}` : `${rule}.${anchor}.${subrule ?? 'def'}`;
}

function portOf(port: number | null): string {
  return port === null ? '' : `.${port}`;
}

function tailOf(packet: PflogPacket): string {
  const { protocol, length, fragmentOffset } = packet;
  if (fragmentOffset > 0) return `${nameOf(protocol)} (frag ${length}@${fragmentOffset})`;
  if (protocol === 6) return tcpTail(packet);
  if (protocol === 17)
    return packet.sourcePort === null ? '[|udp]' : `udp ${Math.max(0, length - 8)}`;
  if (protocol === 1) return `icmp: ${typeOf(ICMP, packet.data)}`;
  if (protocol === 58) return `icmp6: ${typeOf(ICMP6, packet.data)}`;
  return `${nameOf(protocol)} ${length}`;
}

function nameOf(protocol: number): string {
  const known = new Map([[1, 'icmp'], [6, 'tcp'], [17, 'udp'], [58, 'icmp6'], ...PROTOCOL_NAMES]);
  return known.get(protocol) ?? `ip-proto-${protocol}`;
}

function typeOf(names: ReadonlyMap<number, string>, data: Uint8Array): string {
  const [type, code = 0] = data;
  if (type === undefined) return '[|icmp]';
  return names.get(type) ?? `type-#${type} code-#${code}`;
}

/** Flags, numbers, acknowledgement, window; `[|tcp]` where they were cut off. */
function tcpTail({ data, length }: PflogPacket): string {
  if (data.length < 16) return '[|tcp]';
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const bits = view.getUint8(13);
  const flags = FLAGS.map(([bit, letter]) => ((bits & bit) === 0 ? '' : letter)).join('');
  const sequence = view.getUint32(4);
  const carried = Math.max(0, length - (view.getUint8(12) >> 4) * 4);
  const numbers =
    carried > 0 || (bits & NUMBERED) > 0
      ? ` ${sequence}:${(sequence + carried) % 2 ** 32}(${carried})`
      : '';
  const acknowledged = (bits & ACK) === 0 ? '' : ` ack ${view.getUint32(8)}`;
  return `${flags === '' ? '.' : flags}${numbers}${acknowledged} win ${view.getUint16(14)}`;
}
