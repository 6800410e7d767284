import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Prefix } from '../core/prefix-list.ts';
import type { GuardedPrefix } from '../core/policy-options.ts';
import { parsePrefix } from '../core/prefix-parse.ts';
import {
  addressOrNone,
  parseClusterPeers,
  parseGateways,
  parseResolvers,
  parseTimeServers,
} from '../core/surroundings.ts';
import { runCommand } from './run-command.ts';

/** A name that is not resolved by then is left out: a refresh must not wait for a dead resolver. */
const LOOKUP_LIMIT_MS = 2_000;

const TIME_FILES = [
  '/etc/ntp.conf',
  '/var/etc/ntpd.conf',
  '/etc/chrony/chrony.conf',
  '/etc/ntpd.conf',
];

/**
 * What never leaves the device or its link (RFC 6890, RFC 4291, RFC 5771), and some block lists of reserved networks hold:
 * without it there is no DHCP, no neighbour discovery, no resolver on 127.0.0.53 and no routing protocol.
 */
const ON_THE_LINK: readonly (readonly [reason: string, ...prefixes: readonly string[]])[] = [
  ['loopback', '127.0.0.0/8', '::1'],
  ['an address before it is given (DHCP, neighbour discovery)', '0.0.0.0', '::'],
  ['addresses of the link', '169.254.0.0/16', 'fe80::/10'],
  [
    'multicast and broadcast of the link',
    '224.0.0.0/24',
    '255.255.255.255',
    'ff01::/16',
    'ff02::/16',
  ],
];

/** Where pfSense names its high-availability peers. */
const CLUSTER_FILE = '/conf/config.xml';

/** resolv.conf(5). Where systemd-resolved serves, the first names only itself; the second has who it asks. */
const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** Linux has `ip`, the BSDs have `netstat`; one that is not there says nothing. */
const ROUTE_COMMANDS: readonly [string, ...string[]][] = [
  ['ip', '-4', 'route', 'show', 'default'],
  ['ip', '-6', 'route', 'show', 'default'],
  ['netstat', '-rn'],
];

/** {@link readNeighbours} and the time servers. */
export async function readSurroundings(): Promise<readonly GuardedPrefix[]> {
  const [neighbours, timeFiles] = await Promise.all([
    readNeighbours(),
    Promise.all(TIME_FILES.map(readOrEmpty)),
  ]);
  const timeServers = parseTimeServers(timeFiles.join('\n'));
  return [...neighbours, ...(await guardHosts(timeServers, 'time server'))];
}

/**
 * The host's own addresses, its link, gateways, cluster peers and resolvers; no name is looked up. What cannot be read is
 * left out.
 */
export async function readNeighbours(): Promise<readonly GuardedPrefix[]> {
  const [resolvers, gateways, peers] = await Promise.all([
    Promise.all(RESOLVER_FILES.map(readOrEmpty)).then((texts) => parseResolvers(texts.join('\n'))),
    Promise.all(ROUTE_COMMANDS.map(outputOrEmpty)).then((texts) => parseGateways(texts.join('\n'))),
    readOrEmpty(CLUSTER_FILE).then(parseClusterPeers),
  ]);
  return [
    ...ownAddresses().map((prefix) => ({ prefix, reason: 'address of this device' })),
    ...ON_THE_LINK.flatMap(([reason, ...prefixes]) =>
      prefixes.map((prefix) => ({ prefix: parsePrefix(prefix), reason })),
    ),
    ...gateways.map((prefix) => ({ prefix, reason: 'default gateway' })),
    ...peers.map((prefix) => ({ prefix, reason: 'high-availability peer' })),
    ...resolvers.map((prefix) => ({ prefix, reason: 'name server of this device' })),
  ];
}

/** The addresses of some hosts, by name or address, each with the reason to guard it. */
export async function guardHosts(
  hosts: readonly string[],
  reason: string,
): Promise<readonly GuardedPrefix[]> {
  const found = await Promise.all(hosts.map(addressesOf));
  return found.flatMap((prefixes, index) =>
    prefixes.map((prefix) => ({ prefix, reason: `${reason} ${hosts[index] ?? ''}` })),
  );
}

async function addressesOf(host: string): Promise<readonly Prefix[]> {
  const literal = addressOrNone(host);
  if (literal.length > 0) return literal;
  const timer = new AbortController();
  const late = delay(LOOKUP_LIMIT_MS, [], { signal: timer.signal }).catch(() => []);
  const found = lookup(host, { all: true }).catch(() => []);
  const addresses = await Promise.race([found, late]);
  timer.abort();
  return addresses.flatMap(({ address }) => addressOrNone(address));
}

function ownAddresses(): readonly Prefix[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ address }) => addressOrNone(address)),
  );
}

/** The networks the host has an address in; an interface without a mask of its own (point to point) counts as one address. */
export function ownNetworks(): readonly Prefix[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr }) => (cidr === null ? [] : networkOf(cidr))),
  );
}

/** None for a network that is the whole Internet. */
function networkOf(cidr: string): Prefix[] {
  const network = parsePrefix(cidr);
  return network.length === 0 ? [] : [network];
}

async function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function outputOrEmpty(argv: readonly [string, ...string[]]): Promise<string> {
  return runCommand(argv, { timeoutMs: LOOKUP_LIMIT_MS }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
