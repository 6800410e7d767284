import { PROBLEM } from '../tables/problems.ts';
import { AgentError, SettingsError, messageOf } from '../../core/errors.ts';
import { PrefixBuilder } from '../../core/prefix-builder.ts';
import { sizeOf, type PrefixTable } from '../../core/prefix-list.ts';
import { toTable } from '../../core/prefix-sort.ts';
import { decodeApl } from '../../protocol/apl.ts';
import { TYPE } from '../../protocol/dns-types.ts';
import type { Store } from '../store.ts';
import type { Policy } from '../tables/policies.ts';
import { CHANGES } from '../tables/sources.ts';
import { compileList } from '../zone/list-sets.ts';
import { dataOf } from '../zone/record-set.ts';
import { PORTAL_ACTOR, audited, type Change } from './change.ts';
import { entriesOf, nextSettingsSerial, policyNamed } from './policies.ts';

/** How publishing a policy ended. */
export interface Published {
  readonly policy: Policy;
  /** Whether the zone changed; if not, it has its old serial. */
  readonly changed: boolean;
  /** SOA serial of the zone. */
  readonly serial: number;
  readonly block: number;
  readonly allow: number;
}

/** A policy as devices are given it. */
export interface PolicyTables {
  readonly block: PrefixTable;
  readonly allow: PrefixTable;
}

/**
 * Publishes a policy: its lists and the new serial become visible at once, or not at all. Nothing changes when the
 * lists are as they were.
 * @throws NotFoundError; SettingsError for a policy that blocks nothing; FormatError for one that is too large
 */
export function publishPolicy(change: Change, name: string): Published {
  const { store, clock } = change;
  // Before the sources are read: what is changed meanwhile counts as not published.
  const publishedChange = store.values.number(CHANGES);
  const read = policyNamed(store, name);
  const tables = tablesOf(store, read);
  if (sizeOf(tables.block) === 0) throw nothingToBlock(read);
  const blockSets = compileList(read.blockList, tables.block);
  const allowSets = sizeOf(tables.allow) === 0 ? null : compileList(read.allowList, tables.allow);
  return audited(change, () => {
    const policy = policyNamed(store, name);
    const counts = { block: sizeOf(tables.block), allow: sizeOf(tables.allow) };
    const hadAllow = store.zone.lists().some((list) => list.name === policy.allowList);
    const changed = store.zone.together(() => {
      const block = store.zone.replace(policy.blockList, blockSets, counts.block, clock.now());
      return store.zone.replace(policy.allowList, allowSets, counts.allow, clock.now()) || block;
    });
    const serial = store.zone.serial();
    // An empty list is none: devices are told whether there is an allow list.
    const told = hadAllow === (allowSets !== null);
    const result: Policy = {
      ...policy,
      publishedChange,
      published: clock.now(),
      serial: changed ? serial : (policy.serial ?? serial),
      settingsSerial: told ? policy.settingsSerial : nextSettingsSerial(store),
    };
    store.policies.save(result);
    store.problems.close(PROBLEM.policyNotPublished, name);
    const details = `${counts.block} to block, ${counts.allow} to allow, serial ${serial}`;
    const published = { policy: result, changed, serial, ...counts };
    return { result: published, action: 'policy publish', target: name, details };
  });
}

/** The entries of a policy's sources now. */
export function tablesOf(
  store: Store,
  { block, allow }: Pick<Policy, 'block' | 'allow'>,
): PolicyTables {
  return { block: entriesOf(store, block), allow: entriesOf(store, allow) };
}

/** The entries of a policy as they are published; empty tables when it is not. @throws NotFoundError */
export function publishedTables(store: Store, name: string): PolicyTables {
  const { blockList, allowList } = policyNamed(store, name);
  return { block: publishedTable(store, blockList), allow: publishedTable(store, allowList) };
}

/**
 * Publishes the policies that have changes and are published by themselves. One that cannot be is a problem, and what
 * was published of it stays.
 * @returns those that were published
 */
export function publishChanged(store: Store, clock: Change['clock']): readonly Published[] {
  const upTo = store.values.number(CHANGES);
  const names = store.policies.unpublished().filter((name) => isDue(store, name));
  const published = names.flatMap((name) => {
    try {
      return [publishPolicy({ store, clock, actor: PORTAL_ACTOR }, name)];
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      openProblem(store, name, error, clock.now());
      return [];
    }
  });
  if (store.values.number(TRIED) < upTo) store.values.set(TRIED, String(upTo));
  return published;
}

/** Whether {@link publishChanged} has something to do that it has not tried in vain already. */
export function hasUntriedChanges(store: Store): boolean {
  if (store.values.number(TRIED) >= store.values.number(CHANGES)) return false;
  return store.policies.unpublished().some((name) => isDue(store, name));
}

/** The last change that publishing was tried with. */
const TRIED = 'publish_tried';

/** A policy without a source to block is being made; that is no fault. */
function isDue(store: Store, name: string): boolean {
  const policy = store.policies.get(name);
  return policy?.publish === 'auto' && (policy.block.length > 0 || policy.published !== null);
}

function openProblem(store: Store, name: string, error: AgentError, now: number): void {
  store.problems.open({
    code: PROBLEM.policyNotPublished,
    subject: name,
    severity: 'error',
    message: `The policy ${name} could not be published: ${messageOf(error)}.`,
    remedy: error.remedy,
    since: now,
  });
}

function publishedTable(store: Store, list: string): PrefixTable {
  const include4 = new PrefixBuilder(4);
  const include6 = new PrefixBuilder(6);
  const into = {
    include4,
    include6,
    exclude4: new PrefixBuilder(4),
    exclude6: new PrefixBuilder(6),
  };
  for (const set of store.zone.setsOf(list)) {
    if (set.type !== TYPE.APL) continue;
    for (const rdata of dataOf(set)) decodeApl(rdata, 0, rdata.length, into);
  }
  return toTable(include4.toList(), include6.toList());
}

function nothingToBlock({ name, block }: Policy): SettingsError {
  const why = block.length === 0 ? 'it has no source to block' : 'its sources are empty';
  return new SettingsError(`the policy ${name} blocks nothing: ${why}`, {
    remedy: 'Give it a feed or a list with entries; devices refuse an empty block list.',
  });
}
