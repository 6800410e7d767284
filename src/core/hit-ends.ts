import type { Hit } from './ports.ts';

/** The two ends of a packet, seen from the firewall. */
export interface HitEnds {
  /** The address outside: the source of what came in, the destination of what went out. */
  readonly remote: string;
  /** The host inside. */
  readonly inside: string;
}

/** Actions of a log that keep a packet back (pf: `block`, `reject`; our rules of iptables log `block`). */
const BLOCKING: ReadonlySet<string> = new Set(['block', 'reject']);

/** Which end of a hit is outside and which inside, as logged. */
export function endsOf({
  direction,
  source,
  destination,
}: Pick<Hit, 'direction' | 'source' | 'destination'>): HitEnds {
  return direction === 'in'
    ? { remote: source, inside: destination }
    : { remote: destination, inside: source };
}

/** Whether a logged action kept the packet back. */
export function isBlocking(action: string): boolean {
  return BLOCKING.has(action);
}
