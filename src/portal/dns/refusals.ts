import { RCODE, TYPE } from '../../protocol/dns-types.ts';
import { isInZone } from '../zone.ts';
import type { Answer, Query, Resolver } from './resolver.ts';

/** The answer of a server that does not serve what was asked, or not to this client. */
export const REFUSED: Answer = { rcode: RCODE.REFUSED };

/** Refuses what is not signed. */
export function requireKey({ keyName }: Query): Answer | null {
  return keyName === null ? REFUSED : null;
}

/** Refuses zone transfers. */
export function refuseTransfer({ question }: Query): Answer | null {
  return question.type === TYPE.AXFR || question.type === TYPE.IXFR ? REFUSED : null;
}

/** Refuses names outside the zone. */
export function refuseOutside(zone: string): Resolver {
  return ({ question }) => (isInZone(question.name, zone) ? null : REFUSED);
}
