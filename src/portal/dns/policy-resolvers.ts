import { TYPE } from '../../protocol/dns-types.ts';
import { ZONE } from '../zone/names.ts';
import type { RecordSet } from '../zone/record-set.ts';
import type { PolicyZone } from './policy-zone.ts';
import { refuseOutside, refuseStrangers, refuseTransferTo, type AccessRules } from './refusals.ts';
import { chain, type Answer, type Query, type Resolver } from './resolver.ts';
import { negative, positive, resolveApex } from './start-of-authority.ts';
import { resolveTransfer } from './transfer.ts';

/** The policy service: what is answered, in this order. */
export function policyResolvers(zone: PolicyZone, access: AccessRules): (query: Query) => Answer {
  return chain(
    // First of all who asks: a stranger learns nothing, not even which zone this is.
    refuseStrangers(access),
    // Before anything that answers with our authority.
    refuseOutside(ZONE),
    // The whole zone is all policies: not every key is enough, whatever else is open.
    refuseTransferTo((keyName) => !access.mayTransfer(keyName)),
    resolveTransfer(ZONE, zone),
    // Before the lists: the most frequent question ("anything new?").
    resolveApex(ZONE, () => zone.serial()),
    resolveRecords(zone),
    // Last: what nobody answered is not there.
    ({ question: { name } }) => negative(ZONE, zone.serial(), zone.exists(name)),
  );
}

function resolveRecords(zone: PolicyZone): Resolver {
  return ({ question: { name, type } }) => {
    const set = type === TYPE.ANY ? firstOf(zone, name) : zone.find(name, type);
    if (set === null) return null;
    return { ...positive([]), encoded: { count: set.count, bytes: set.answers } };
  };
}

/** Of `ANY` the first type there is: a server may choose (RFC 8482 §4.1). */
function firstOf(zone: PolicyZone, name: string): RecordSet | null {
  for (const type of [TYPE.NS, TYPE.PTR, TYPE.APL, TYPE.A, TYPE.AAAA]) {
    const set = zone.find(name, type);
    if (set !== null) return set;
  }
  return null;
}
