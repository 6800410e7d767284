import { encodeSoa, type AnswerRecord } from '../../protocol/dns-message.ts';
import { RCODE, TYPE } from '../../protocol/dns-types.ts';
import { TTL_SECONDS } from '../zone/record-set.ts';
import type { Answer, Resolver } from './resolver.ts';

/** Seconds a resolver in between may keep an answer that there is no record. */
const NEGATIVE_TTL_SECONDS = 60;

/** The SOA record of a zone of the portal. */
export function soaRecord(zone: string, serial: number): AnswerRecord {
  const rdata = encodeSoa({
    mname: `portal.${zone}`,
    rname: `hostmaster.${zone}`,
    serial,
    refresh: 900,
    retry: 300,
    expire: 604_800,
    minimum: NEGATIVE_TTL_SECONDS,
  });
  return { name: zone, type: TYPE.SOA, ttl: TTL_SECONDS, rdata };
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
  const soa = { ...soaRecord(zone, serial), ttl: NEGATIVE_TTL_SECONDS };
  const rcode = exists ? RCODE.NOERROR : RCODE.NXDOMAIN;
  return { rcode, authoritative: true, authority: [soa] };
}
