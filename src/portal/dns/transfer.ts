import type { AnswerRecord } from '../../protocol/dns-message.ts';
import { RCODE, TYPE } from '../../protocol/dns-types.ts';
import { HostError } from '../../core/errors.ts';
import type { KeptSet } from '../tables/zone.ts';
import { TTL_SECONDS, dataOf, type RecordSet } from '../zone/record-set.ts';
import type { PolicyZone } from './policy-zone.ts';
import { isTransfer } from './refusals.ts';
import type { Answer, Resolver } from './resolver.ts';
import { positive, soaRecord } from './start-of-authority.ts';

/**
 * Answers transfers of the zone: AXFR (RFC 5936) with all of it, IXFR (RFC 1995) with the difference to the version
 * that the client has, all versions in between in one step, or with all of it when that version is not known any more.
 */
export function resolveTransfer(origin: string, zone: PolicyZone): Resolver {
  return (query) => {
    const { question, since, transport } = query;
    if (!isTransfer(query)) return null;
    if (question.name !== origin) return { rcode: RCODE.NOTAUTH };
    const serial = zone.serial();
    if (question.type === TYPE.AXFR) {
      if (transport === 'udp') return { rcode: RCODE.FORMERR };
      return streamed(wholeZone(origin, zone, serial));
    }
    if (since === null) return { rcode: RCODE.FORMERR };
    // One SOA says: nothing newer; or over UDP: come back over TCP (RFC 1995 §2).
    if (transport === 'udp' || since >= serial) return positive([soaRecord(origin, serial)]);
    if (since < zone.oldest()) return streamed(wholeZone(origin, zone, serial));
    return streamed(difference(origin, zone, since, serial));
  };
}

function streamed(transfer: Iterable<AnswerRecord>): Answer {
  return { rcode: RCODE.NOERROR, authoritative: true, transfer };
}

/** The zone at a serial, set by set: newer versions may be made while a slow client reads. */
function* wholeZone(origin: string, zone: PolicyZone, serial: number): Generator<AnswerRecord> {
  const soa = soaRecord(origin, serial);
  yield soa;
  for (let id = 0, set = zone.nextOf(serial, id); set !== null; set = zone.nextOf(serial, id)) {
    yield* recordsOf(set);
    id = set.id;
  }
  // What is not kept any more was not sent: such a transfer must not end well.
  if (zone.oldest() > serial) {
    throw new HostError(`the version ${serial} of ${origin} is not kept any more`);
  }
  yield soa;
}

function* difference(
  origin: string,
  zone: PolicyZone,
  since: number,
  serial: number,
): Generator<AnswerRecord> {
  const pairs = pairsOf(zone.changed(since, serial), since);
  const [before, after] = [soaRecord(origin, since), soaRecord(origin, serial)];
  yield after;
  yield before;
  for (const { old, young } of pairs) yield* without(old, young);
  yield after;
  for (const { old, young } of pairs) yield* without(young, old);
  yield after;
}

/** The set of a name and type in the older version, and in the newer one. */
interface Pair {
  old: KeptSet | null;
  young: KeptSet | null;
}

function pairsOf(sets: readonly KeptSet[], since: number): readonly Pair[] {
  const pairs = new Map<string, Pair>();
  for (const set of sets) {
    const key = `${set.type} ${set.owner}`;
    const pair = pairs.get(key) ?? { old: null, young: null };
    if (set.added <= since) pair.old = set;
    else pair.young = set;
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}

/** The records of one set that the other one has not. */
function* without(set: KeptSet | null, other: KeptSet | null): Generator<AnswerRecord> {
  if (set === null) return;
  const known = new Set(other === null ? [] : [...dataOf(other)].map(textOf));
  for (const record of recordsOf(set)) if (!known.has(textOf(record.rdata))) yield record;
}

function textOf(rdata: Uint8Array): string {
  return Buffer.from(rdata.buffer, rdata.byteOffset, rdata.length).toString('latin1');
}

function* recordsOf(set: RecordSet): Generator<AnswerRecord> {
  for (const rdata of dataOf(set)) {
    yield { name: set.owner, type: set.type, ttl: TTL_SECONDS, rdata };
  }
}
