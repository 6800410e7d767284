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

/** Who may ask; all of it may change any time. */
export interface AccessRules {
  mode(): AccessMode;
  isRegistered(address: string): boolean;
  /** Whether the key of this name may transfer the zone. */
  mayTransfer(keyName: string): boolean;
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

/** Refuses zone transfers that are not signed, or with a key that may not. */
export function refuseTransferTo(isRefused: (keyName: string) => boolean): Resolver {
  return (query) => {
    const { keyName } = query;
    return isTransfer(query) && (keyName === null || isRefused(keyName)) ? REFUSED : null;
  };
}

/** Refuses names outside the zone. */
export function refuseOutside(zone: string): Resolver {
  return ({ question }) => (isInZone(question.name, zone) ? null : REFUSED);
}
