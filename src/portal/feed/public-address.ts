import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PortalError } from '../../core/errors.ts';

/**
 * Networks that nobody fetches a public feed from (IANA special-purpose registries): a URL, a name or a redirect that
 * leads there would let a stranger use the portal to reach what only the portal can reach.
 */
const SPECIAL = new BlockList();
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]) {
  const [address = '', length] = network.split('/');
  SPECIAL.addSubnet(address, Number(length), 'ipv4');
}
/** Inside global unicast: Teredo and protocol assignments, documentation, 6to4. */
for (const [address, length] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  SPECIAL.addSubnet(address, length, 'ipv6');
}
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL.check(address, 'ipv4');
  return family === 6 && GLOBAL.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

/** Refuses a host that is written as an address and is none of the public Internet. @throws PortalError */
export function checkHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(host);
}

/**
 * Looks a name up for a connection, and refuses it when any of its addresses is none of the public Internet. The
 * connection goes to the very address that was looked at.
 */
export const lookupPublic: LookupFunction = (name, options, done) => {
  systemLookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      done(error, []);
      return;
    }
    const bad = addresses.find(({ address }) => !isPublicAddress(address));
    if (bad !== undefined) done(notPublic(`${name} (${bad.address})`), []);
    else if (options.all === true) done(null, addresses);
    else done(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};

/** The error for a host or name that leads inside. */
export function notPublic(host: string): PortalError {
  return new PortalError(`${host} is not in the public Internet`, {
    remedy: 'For a feed of the own network set it to internal.',
  });
}
