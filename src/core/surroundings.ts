/** Who is around this host: gateways, resolvers and time servers, read from the files and commands that know them. */
import { FormatError } from './errors.ts';
import type { Prefix } from './prefix-list.ts';
import { parsePrefix } from './prefix-text.ts';

/** The name servers of a `resolv.conf(5)`, e.g. `nameserver 192.0.2.53` (a zone such as `%em0` is cut off). */
export function parseResolvers(text: string): readonly Prefix[] {
  return hostsAfter(text, 'nameserver').flatMap(addressOrNone);
}

/** The hosts of an ntp.conf or chrony.conf: `server time.nist.gov iburst`, `peer …`, `pool …`. Names or addresses. */
export function parseTimeServers(text: string): readonly string[] {
  return ['server', 'peer', 'pool'].flatMap((word) => hostsAfter(text, word));
}

/**
 * The default gateways of `netstat -rn` (FreeBSD, OpenBSD) or `ip route` (Linux):
 * ```
 * default            192.0.2.1          UGS         em0
 * default via 192.0.2.1 dev eth0 proto static
 * default via fe80::1 dev eth0 metric 1024
 * ```
 */
export function parseGateways(text: string): readonly Prefix[] {
  return [...text.matchAll(/^(?:default|0\.0\.0\.0\/0|::\/0)[ \t]+(?:via[ \t]+)?(\S+)/gm)].flatMap(
    (match) => addressOrNone(match[1] ?? ''),
  );
}

/** The other nodes of a pfSense high-availability cluster, from the tags `pfsyncpeerip` and `synchronizetoip` of config.xml. */
export function parseClusterPeers(configXml: string): readonly Prefix[] {
  return [...configXml.matchAll(/<(pfsyncpeerip|synchronizetoip)>([^<]+)<\/\1>/g)].flatMap(
    (match) => addressOrNone(match[2]?.trim() ?? ''),
  );
}

function hostsAfter(text: string, word: string): string[] {
  const pattern = new RegExp(`^[ \\t]*${word}[ \\t]+([^\\s#;]+)`, 'gm');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** The address of a text such as `fe80::1%em0`; none for a name, an interface (`link#1`) or junk. */
export function addressOrNone(text: string): Prefix[] {
  const bare = text.split('%', 1)[0] ?? '';
  if (bare.includes('/')) return [];
  try {
    return [parsePrefix(bare)];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
