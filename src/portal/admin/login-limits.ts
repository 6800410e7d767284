import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { parsePrefix } from '../../core/prefix-parse.ts';
import type { Clock } from '../../core/ports.ts';
import { createRateLimit } from '../../site/rate-limit.ts';

/** Wrong passwords of one address (IPv6: of one /64), and for one name from wherever. */
const BY_ADDRESS = { limit: 10, windowMs: 60_000 };
const BY_NAME = { limit: 50, windowMs: 600_000 };
/** Names share this many counts, so that nobody can push the others out by making names up. */
const NAME_COUNTS = 512;

/** How often somebody may try. A try counts before it is made, so that of many at once not all are made. */
export interface LoginLimits {
  /** Counts a try from an address; false: there were too many. */
  tryFrom(address: string): boolean;
  /** Counts a try of a name; false: there were too many. */
  tryAs(name: string): boolean;
  /** The password was right. */
  succeeded(address: string, name: string): void;
}

/** Limits by address and by name, in memory. */
export function createLoginLimits(clock: Clock): LoginLimits {
  const addresses = createRateLimit(clock, BY_ADDRESS);
  const names = createRateLimit(clock, BY_NAME);
  const count = (limit: typeof addresses, key: string): boolean => {
    if (!limit.allows(key)) return false;
    limit.count(key);
    return true;
  };
  return {
    tryFrom: (address) => count(addresses, networkOf(address)),
    tryAs: (name) => count(names, countOf(name)),
    succeeded: (address, name) => {
      addresses.forget(networkOf(address));
      names.forget(countOf(name));
    },
  };
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const { words } = parsePrefix(address.replace(/%.*$/, ''));
  return words.slice(0, 2).join(':');
}

function countOf(name: string): string {
  return String(createHash('sha256').update(name).digest().readUInt16BE() % NAME_COUNTS);
}
