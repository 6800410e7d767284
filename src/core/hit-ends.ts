import { isLocalAddress } from './local-mask.ts';
import type { Hit } from './ports.ts';

/** The two ends of a packet, seen from the firewall. */
export interface HitEnds {
  /** The address outside: the source of what came in, the destination of what went out. */
  readonly remote: string;
  /** The host inside. */
  readonly inside: string;
}

/** Actions of a log that keep a packet back (pf: `block`, `reject`; our rules of iptables log `block`). */
export const BLOCKING_ACTIONS: readonly string[] = ['block', 'reject'];

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

/** Which way a packet went, as far as its ends and the log tell: the end of a private range is inside. */
export function wayOf({
  source,
  destination,
  direction,
}: Pick<Hit, 'source' | 'destination'> & {
  /** As logged; null for a packet that was forwarded. */
  readonly direction: Hit['direction'] | null;
}): Hit['direction'] {
  const fromLocal = isLocalAddress(source);
  if (fromLocal !== isLocalAddress(destination)) return fromLocal ? 'out' : 'in';
  return direction ?? 'out';
}

/** Whether a logged action kept the packet back. */
export function isBlocking(action: string): boolean {
  return BLOCKING_ACTIONS.includes(action);
}
