import { encodeSoa, type AnswerRecord } from '../../protocol/dns-message.ts';
import { RCODE, TYPE } from '../../protocol/dns-types.ts';
import { TTL_SECONDS } from '../zone/record-set.ts';
import { SOA } from '../zone/soa.ts';
import type { Answer, Resolver } from './resolver.ts';

/** The SOA record of a zone of the portal. */
export function soaRecord(zone: string, serial: number): AnswerRecord {
  return { name: zone, type: TYPE.SOA, ttl: TTL_SECONDS, rdata: encodeSoa({ ...SOA, serial }) };
}

/** Answers `SOA` (and `ANY`) at the apex of the zone. */
export function resolveApex(zone: string, serial: () => number): Resolver {
  return ({ question }) => {
    const asked = question.type === TYPE.SOA || question.type === TYPE.ANY;
    return asked && question.name === zone ? positive([soaRecord(zone, serial())]) : null;
  };
}

/** Records, by the server of the zone. */
export function positive(answers: readonly AnswerRecord[]): Answer {
  return { rcode: RCODE.NOERROR, authoritative: true, answers };
}

/** NXDOMAIN or, for a name that exists, no data; with the SOA that says how long that may be kept (RFC 2308). */
export function negative(zone: string, serial: number, exists: boolean): Answer {
  const soa = { ...soaRecord(zone, serial), ttl: SOA.minimum };
  const rcode = exists ? RCODE.NOERROR : RCODE.NXDOMAIN;
  return { rcode, authoritative: true, authority: [soa] };
}
