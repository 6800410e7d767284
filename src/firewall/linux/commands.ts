/** The commands of the Linux driver, as argument lists. What they print is read in the `parse-*.ts` files. */

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]];

/** Commands by what they are for; some take values. */
type Commands = Readonly<Record<string, Argv | ((...values: never[]) => Argv)>>;

/** Seconds to wait for the xtables lock, which every program that changes rules takes. */
const LOCK_WAIT = '20';

/** ipset(8). */
export const ipset = {
  version: ['ipset', '--version'],
  /** All sets of the host without their entries; see `parseHeaders`. */
  headers: ['ipset', 'list', '-terse'],
  /** The whole host, for the backup. */
  saveAll: ['ipset', 'save'],
  save: (name: string): Argv => ['ipset', 'save', name],
  /** Takes what `writeRestore` makes. An entry that is there already, or gone already, is no error. */
  restore: ['ipset', '-exist', 'restore'],
} as const satisfies Commands;

/** One of the two implementations that iptables(8) comes in, and what the names of its programs end in. */
export interface BackEnd {
  readonly kind: 'nf_tables' | 'legacy';
  readonly suffix: '' | '-nft' | '-legacy';
}

/** iptables(8) and ip6tables(8). */
export const iptables = {
  version: (suffix: BackEnd['suffix']): Argv => [`iptables${suffix}`, '--version'],
  /** Without `-t`, which would load a table that is not there. */
  save: (backEnd: BackEnd, family: 4 | 6): Argv => [`${programOf(backEnd, family)}-save`],
  /** One table only; that one is loaded where it is not there. */
  saveFilter: (backEnd: BackEnd, family: 4 | 6): Argv => [
    `${programOf(backEnd, family)}-save`,
    '-t',
    'filter',
  ],
  /** Takes what `enableText` and `disableText` make; all of it or nothing. */
  restore: (backEnd: BackEnd, family: 4 | 6): Argv => [
    `${programOf(backEnd, family)}-restore`,
    '-w',
    LOCK_WAIT,
    '--noflush',
  ],
};

/** The program's name, such as `ip6tables-legacy`. */
export function programOf({ suffix }: BackEnd, family: 4 | 6): string {
  return `${family === 4 ? 'iptables' : 'ip6tables'}${suffix}`;
}

/** nft(8), for the one thing that iptables cannot do: take an empty table away. */
export const nft = {
  deleteTable: (family: 4 | 6): Argv => [
    'nft',
    'delete',
    'table',
    family === 4 ? 'ip' : 'ip6',
    'filter',
  ],
};

/** The four addresses of a connection by which conntrack(8) can choose it. */
export type FlowEnd = 'orig-src' | 'orig-dst' | 'reply-src' | 'reply-dst';

/** conntrack(8). */
export const conntrack = {
  version: ['conntrack', '--version'] as Argv,
  list: (family: 4 | 6): Argv => ['conntrack', '-L', '-f', `ipv${family}`],
  /** Exit code 1 when there was none. */
  cut: (family: 4 | 6, end: FlowEnd, address: string): Argv => [
    'conntrack',
    '-D',
    '-f',
    `ipv${family}`,
    `--${end}`,
    address,
  ],
};

/** NFLOG and ulogd(8), which writes what that hands out. */
export const nflog = {
  ulogdVersion: ['ulogd', '--version'],
  /** By `cat`, as for {@link bridge}. */
  readers: ['cat', '/proc/net/netfilter/nfnetlink_log'],
} as const satisfies Commands;

const TAGGED = [
  '/proc/sys/net/bridge/bridge-nf-filter-vlan-tagged',
  '/proc/sys/net/bridge/bridge-nf-filter-pppoe-tagged',
] as const;

/** Bridged packets on their way through iptables. */
export const bridge = {
  load: ['modprobe', 'br_netfilter'],
  /** By `cat`: the files below `/proc/sys/net` are those of the network namespace of the reader. */
  filters: [
    'cat',
    '/proc/sys/net/bridge/bridge-nf-call-iptables',
    '/proc/sys/net/bridge/bridge-nf-call-ip6tables',
  ],
  /** Whether packets inside VLAN and PPPoE are looked into. */
  tagged: ['cat', ...TAGGED],
  /** Takes the new value as input, for the same reason. */
  setTagged: ['tee', ...TAGGED],
} as const satisfies Commands;
