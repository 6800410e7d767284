import { RCODE, TYPE } from '../../protocol/dns-types.ts';
import type { AccessMode } from '../model/access.ts';
import { isInZone } from '../zone/names.ts';
import type { Answer, Query, Resolver } from './resolver.ts';

/** The answer of a server that does not serve what was asked, or not to this client. */
export const REFUSED: Answer = { rcode: RCODE.REFUSED };

/** Refuses what is not signed. */
export function requireKey({ keyName }: Query): Answer | null {
  return keyName === null ? REFUSED : null;
}

/** Who may ask; both may change any time. */
export interface AccessRules {
  mode(): AccessMode;
  isRegistered(address: string): boolean;
}

/** Refuses whom the rules do not let in; a signed query is let in by its key. */
export function refuseStrangers(rules: AccessRules): Resolver {
  return ({ keyName, peer }) => {
    if (keyName !== null) return null;
    const mode = rules.mode();
    if (mode === 'open' || (mode === 'registered' && rules.isRegistered(peer))) return null;
    return REFUSED;
  };
}

/** Whether a question is one for a zone transfer. */
export function isTransfer({ question: { type } }: Query): boolean {
  return type === TYPE.AXFR || type === TYPE.IXFR;
}

/** Refuses zone transfers. */
export function refuseTransfer(query: Query): Answer | null {
  return isTransfer(query) ? REFUSED : null;
}

/** Refuses names outside the zone. */
export function refuseOutside(zone: string): Resolver {
  return ({ question }) => (isInZone(question.name, zone) ? null : REFUSED);
}
