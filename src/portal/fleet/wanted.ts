import { compilePolicy } from '../../core/policy.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import type { Clock, FetchedList } from '../../core/ports.ts';
import { setHash } from '../../protocol/set-hash.ts';
import { publishedTables } from '../model/publish.ts';
import type { Store } from '../store.ts';
import type { WantedTable } from '../tables/wanted.ts';

/** Works out what devices should enforce, of the policies that were published since it was done last. */
export function updateWanted(store: Store, clock: Clock): void {
  for (const policy of store.wanted.missing()) {
    const serial = store.policies.get(policy)?.serial ?? null;
    if (serial === null) continue;
    const { block, allow } = publishedTables(store, policy);
    const { tables } = compilePolicy(
      { version: '', block: [listOf(block)], allow: [listOf(allow)] },
      { maxPolicySize: 0, compact: 'auto', guard: [] },
    );
    const wanted = { block: wantedOf(tables.block), allow: wantedOf(tables.allow) };
    store.wanted.save({ policy, serial, since: clock.now(), ...wanted });
  }
}

function listOf(include: PrefixTable): FetchedList {
  return { name: 'list', include, exclude: EMPTY_TABLE };
}

function wantedOf(table: PrefixTable): WantedTable {
  return { entries: sizeOf(table), hash: setHash(table) };
}
