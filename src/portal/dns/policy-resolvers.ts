import type { AnswerRecord } from '../../protocol/dns-message.ts';
import { uint32s } from '../../protocol/dns-bytes.ts';
import { encodeName } from '../../protocol/dns-name.ts';
import { TYPE } from '../../protocol/dns-types.ts';
import { ZONE } from '../zone.ts';
import type { NameRecords } from './list-records.ts';
import type { PolicyZoneSource } from './policy-zone.ts';
import { refuseOutside, refuseTransfer, requireKey } from './refusals.ts';
import { chain, type Answer, type Query, type Resolver } from './resolver.ts';
import { TTL_SECONDS, negative, positive, resolveApex } from './start-of-authority.ts';

/**
 * The policy service: what is answered, in this order.
 * @param requireTsig whether unsigned queries are refused
 */
export function policyResolvers(
  zone: PolicyZoneSource,
  requireTsig: boolean,
): (query: Query) => Answer {
  return chain(
    // First of all who asks: a stranger learns nothing, not even which zone this is.
    requireTsig ? requireKey : () => null,
    // Before the zone is looked at: a transfer is refused for every name alike.
    refuseTransfer,
    // Before anything that answers with our authority.
    refuseOutside(ZONE),
    // Before the lists: the most frequent question ("anything new?"), and no list has the apex for a name.
    resolveApex(ZONE, () => zone.current().serial),
    resolveList(zone),
    // Last: what nobody answered is not there.
    ({ question }) => {
      const now = zone.current();
      const exists = question.name === ZONE || now.find(question.name) !== null;
      return negative(ZONE, now.serial, exists);
    },
  );
}

function resolveList(zone: PolicyZoneSource): Resolver {
  return ({ question }) => {
    const records = zone.current().find(question.name);
    const found = records === null ? [] : recordsOf(records, question.name, question.type);
    return found.length === 0 ? null : positive(found);
  };
}

/** The records of a type. Of `ANY` the first type there is: a server may choose (RFC 8482 §4.1). */
function recordsOf(records: NameRecords, name: string, type: number): readonly AnswerRecord[] {
  const wanted = type === TYPE.ANY ? firstType(records) : type;
  const record = (rdata: Uint8Array): AnswerRecord => ({
    name,
    type: wanted,
    ttl: TTL_SECONDS,
    rdata,
  });
  switch (wanted) {
    case TYPE.PTR:
      return (records.ptr ?? []).map((target) => record(encodeName(target)));
    case TYPE.APL:
      return records.apl === undefined ? [] : [record(records.apl)];
    case TYPE.A:
      return Array.from(records.a ?? [], (word) => record(uint32s(word)));
    default:
      return [];
  }
}

function firstType({ ptr, apl }: NameRecords): number {
  if (ptr !== undefined) return TYPE.PTR;
  return apl === undefined ? TYPE.A : TYPE.APL;
}
