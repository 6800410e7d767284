/**
 * The lines of netfilter's LOG target, as the kernel gives them to syslog:
 *
 *   May 30 15:38:53 fw kernel: [51423.183451] ThreatSTOP-TSblock IN= OUT=br0 SRC=10.0.2.15 DST=64.87.3.133 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=11294 DF PROTO=ICMP TYPE=8 CODE=0 ID=31025 SEQ=1
 *   May 30 15:50:53 fw kernel: [52142.887934] ThreatSTOP-TSblock IN=br0 OUT=br0 PHYSIN=enp0s8 PHYSOUT=enp0s3 MAC=52:54:00:12:35:02:08:00:27:a3:c1:cd:08:00 SRC=10.0.2.16 DST=64.87.3.133 LEN=84 …
 *   2026-11-20T03:04:05.678901+00:00 fw kernel: ThreatSTOP-TSblock IN=eth0 OUT= MAC=… SRC=2001:db8::66 DST=2001:db8::1 LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=TCP SPT=4711 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0
 *
 * and as ulogd(8) writes what NFLOG hands it, which never tells the ports of a bridge:
 *
 *   Nov 21 13:19:38 fw ThreatSTOP-TSblock IN=eth0 OUT= MAC=26:dd:… SRC=198.18.0.2 DST=198.18.0.1 LEN=84 TOS=00 PREC=0x00 TTL=64 ID=53651 PROTO=ICMP TYPE=0 CODE=0 ID=26665 SEQ=1 MARK=0x0
 *
 * An ICMP error has the packet it tells of in brackets behind its own fields: [SRC=… DST=… ].
 */
import type { LoggedPacket } from './log-line.ts';
import type { LineMatcher } from './log-line-scan.ts';

/** What our log lines have before the fields, as documented. */
export const KERNEL_LOG_PREFIX = 'ThreatSTOP-TSblock';

/** A logged packet. `direction` is null for one that was forwarded: the end that is listed tells. */
export type KernelPacket = Omit<LoggedPacket, 'direction'> & {
  readonly direction: LoggedPacket['direction'] | null;
};

const LINE = new RegExp(
  String.raw`^(?:<\d{1,3}>)?(?:1 )?([A-Z][a-z]{2} [ 0-3]?\d \d\d:\d\d:\d\d|\d{4}-[^ ]{15,35}) ` +
    String.raw`(?:(?:[^ ]+ )?kernel(?::| - - -| - - - -)? (?:\[ *\d+\.\d+\] )?|[\w.-]{1,64} )` +
    String.raw`${KERNEL_LOG_PREFIX} (IN=.*)$`,
);
const ADDRESSES = { 4: /^\d{1,3}(?:\.\d{1,3}){3}$/, 6: /^(?=.*:)[0-9A-Fa-f:.]{2,45}$/ };
const INTERFACE = /^[^\s/]{0,15}$/;
const PROTOCOL = /^[A-Za-z0-9-]{1,20}$/;
const PORT = /^\d{1,5}$/;
const MAX_PORT = 65_535;

/** The packet of a line of ours (without its newline); null when it is not one. Never throws, whatever the line holds. */
export function parseKernelLine(line: string): KernelPacket | null {
  const [, stamp, text] = LINE.exec(line) ?? [];
  if (stamp === undefined || text === undefined) return null;
  const fields = fieldsOf(text);
  const ends = endsOf(fields);
  const way = wayOf(fields);
  if (ends === null || way === null) return null;
  return { stamp, tracker: 0, reason: 'match', action: 'block', oddTail: false, ...way, ...ends };
}

/** Lines of our rules. */
export function matchKernelRules(): LineMatcher {
  return { needle: Buffer.from(`${KERNEL_LOG_PREFIX} `), test: () => true };
}

/** The fields up to the bracket of an ICMP error, the first of each name. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const word of (text.split(' [', 1)[0] ?? '').split(' ')) {
    const at = word.indexOf('=');
    const name = word.slice(0, Math.max(0, at));
    if (at > 0 && !fields.has(name)) fields.set(name, word.slice(at + 1));
  }
  return fields;
}

type Ends = Pick<
  KernelPacket,
  'version' | 'protocol' | 'source' | 'sourcePort' | 'destination' | 'destinationPort'
>;

function endsOf(fields: ReadonlyMap<string, string>): Ends | null {
  const source = fields.get('SRC') ?? '';
  const destination = fields.get('DST') ?? '';
  const protocol = fields.get('PROTO') ?? '';
  const version = ([4, 6] as const).find((one) =>
    [source, destination].every((address) => ADDRESSES[one].test(address)),
  );
  if (version === undefined || !PROTOCOL.test(protocol)) return null;
  const [sourcePort, destinationPort] = [portOf(fields.get('SPT')), portOf(fields.get('DPT'))];
  return {
    ...{ version, protocol: protocol.toLowerCase() },
    ...{ source, sourcePort, destination, destinationPort },
  };
}

/** Bridged packets are told by the bridge's own port: `PHYSIN`, `PHYSOUT`. */
function wayOf(
  fields: ReadonlyMap<string, string>,
): Pick<KernelPacket, 'direction' | 'interface'> | null {
  const into = interfaceOf(fields, 'IN');
  const outOf = interfaceOf(fields, 'OUT');
  if (into === null || outOf === null || into + outOf === '') return null;
  if (outOf === '') return { direction: 'in', interface: into };
  return into === ''
    ? { direction: 'out', interface: outOf }
    : { direction: null, interface: into };
}

function interfaceOf(fields: ReadonlyMap<string, string>, name: 'IN' | 'OUT'): string | null {
  const text = fields.get(`PHYS${name}`) ?? fields.get(name) ?? '';
  return INTERFACE.test(text) ? text : null;
}

function portOf(text: string | undefined): number | null {
  return text !== undefined && PORT.test(text) && Number(text) <= MAX_PORT ? Number(text) : null;
}
