import { PROBLEM } from '../tables/problems.ts';
import { parseTable } from '../../core/prefix-text.ts';
import { union } from '../../core/prefix-algebra.ts';
import { EMPTY_TABLE, type PrefixTable } from '../../core/prefix-list.ts';
import { SettingsError } from '../../core/errors.ts';
import type { Store } from '../store.ts';
import { SETTINGS_SERIAL } from '../tables/devices.ts';
import type { Policy, PolicyFields, Role } from '../tables/policies.ts';
import { CHANGES } from '../tables/sources.ts';
import { checkListName } from '../zone/names.ts';
import {
  ConflictError,
  NotFoundError,
  audited,
  checkNameOf,
  checkNote,
  differenceOf,
  type Change,
} from './change.ts';
import { listNamesOf } from './names.ts';

/** What may be given for a policy; the rest has defaults. */
export type PolicyRequest = Partial<PolicyFields>;

/**
 * Makes a policy. It is not published by this.
 * @throws ConflictError for a name that is taken; NotFoundError for a source; SettingsError
 */
export function addPolicy(change: Change, name: string, request: PolicyRequest = {}): Policy {
  const { store } = change;
  return audited(change, () => {
    checkNameOf('policy', name);
    if (store.policies.get(name) !== null) throw new ConflictError(`there is a policy ${name}`);
    const defaults: PolicyFields = {
      note: '',
      block: [],
      allow: [],
      publish: 'auto',
      ...listNamesOf(name),
    };
    const fields = checkFields(store, name, { ...defaults, ...request });
    const numbers = { changed: store.values.next(CHANGES), publishedChange: 0, settingsSerial: 0 };
    const result: Policy = { name, ...fields, ...numbers, published: null, serial: null };
    store.policies.save(result);
    const details = differenceOf(defaults, fields);
    return { result, action: 'policy add', target: name, details };
  });
}

/**
 * Changes some fields of a policy. It is not published by this.
 * @throws NotFoundError for it or a source; SettingsError; ConflictError for other list names once it is published
 */
export function editPolicy(change: Change, name: string, request: PolicyRequest): Policy {
  const { store } = change;
  return audited(change, () => {
    const before = policyNamed(store, name);
    const fields = checkFields(store, name, { ...before, ...request });
    const renamed = fields.blockList !== before.blockList || fields.allowList !== before.allowList;
    if (renamed && before.published !== null) {
      throw new ConflictError(`the policy ${name} is published as ${before.blockList}`, {
        remedy: 'Make another policy for other names: devices need the old ones until they know.',
      });
    }
    const after = { ...before, ...fields };
    const details = differenceOf(before, after);
    if (details !== '') store.policies.save({ ...after, changed: store.values.next(CHANGES) });
    return { result: policyNamed(store, name), action: 'policy edit', target: name, details };
  });
}

/**
 * Removes a policy, and its lists from the zone.
 * @throws NotFoundError; ConflictError naming the devices that have it
 */
export function removePolicy(change: Change, name: string): void {
  const { store, clock } = change;
  audited(change, () => {
    const { blockList, allowList } = policyNamed(store, name);
    const devices = store.devices.withPolicy(name).map(({ id }) => id);
    if (devices.length > 0) {
      throw new ConflictError(`the policy ${name} is that of ${devices.slice(0, 5).join(', ')}`, {
        remedy: 'Give the devices another policy first.',
      });
    }
    releaseRetired(store, name);
    store.zone.together(() => {
      for (const list of [blockList, allowList]) store.zone.replace(list, null, 0, clock.now());
    });
    store.policies.remove(name);
    store.problems.close(PROBLEM.policyNotPublished, name);
    return { result: undefined, action: 'policy remove', target: name };
  });
}

/** The policy. @throws NotFoundError */
export function policyNamed(store: Store, name: string): Policy {
  const policy = store.policies.get(name);
  if (policy === null) throw new NotFoundError('policy', name);
  return policy;
}

/** The entries of the sources of one role, together. */
export function entriesOf(store: Store, sources: readonly string[]): PrefixTable {
  const tables = sources.map((source) => parseTable(store.sources.prefixes(source)));
  const [first = EMPTY_TABLE, ...others] = tables;
  return others.reduce(union, first);
}

/** Retired devices name their policy; it must not keep the policy alive. */
function releaseRetired(store: Store, policy: string): void {
  for (const device of store.devices.retired()) {
    if (device.policy === policy) store.devices.clearPolicy(device.id);
  }
}

function checkFields(store: Store, name: string, fields: PolicyFields): PolicyFields {
  const others = store.policies.all().filter((policy) => policy.name !== name);
  const taken = others.flatMap(({ blockList, allowList }) => [blockList, allowList]);
  const blockList = freeListName(fields.blockList, taken);
  const allowList = freeListName(fields.allowList, [...taken, blockList]);
  if (!['auto', 'manual'].includes(fields.publish)) {
    throw new SettingsError(`a policy is published "auto" or "manual", not "${fields.publish}"`);
  }
  return {
    note: checkNote(fields.note),
    block: checkSources(store, fields.block, 'block'),
    allow: checkSources(store, fields.allow, 'allow'),
    blockList,
    allowList,
    publish: fields.publish,
  };
}

function freeListName(text: string, taken: readonly string[]): string {
  const name = checkListName(text, taken);
  if (taken.includes(name)) throw new ConflictError(`the list name ${name} is taken`);
  return name;
}

function checkSources(store: Store, names: readonly string[], role: Role): readonly string[] {
  for (const name of names) {
    if (store.sources.get(name) === null) throw new NotFoundError(`feed or list to ${role}`, name);
  }
  return [...new Set(names)];
}

/** A new serial for the settings records of all devices with a policy. */
export function nextSettingsSerial(store: Store): number {
  return store.values.next(SETTINGS_SERIAL);
}
