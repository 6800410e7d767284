/**
 * Takes what came to be around this host, such as the address it was given after the boot, out of the tables in force: a
 * device that its own policy cuts off could never read another one. All that is needed is on this host.
 */
import { guardedIn } from '../core/policy-guard.ts';
import type { GuardedPrefix } from '../core/policy.ts';
import { subtract } from '../core/prefix-algebra.ts';
import type { PrefixTable } from '../core/prefix-list.ts';
import { tableOf } from '../core/prefix-sort.ts';
import { formatPrefix } from '../core/prefix-text.ts';
import type { PolicyRecord, PolicyTables } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import { applyOrRollBack, forgetOlderTables, refuseOnError, summaryOf } from './apply-policy.ts';

/** What it needs. */
export type CarvePorts = Pick<
  AgentPorts,
  'clock' | 'driver' | 'history' | 'neighbours' | 'policyStore'
>;

/** @returns what was taken out, as sentences; to be called under the lock of the firewall */
export type Carving = () => Promise<readonly string[]>;

/** The lists of the policy are on disk, and stay. */
const KEPT_LISTS = { block: [], allow: [] };

/** Remembers what it has looked for, so that the tables are read again only when something else came. */
export function createCarving(ports: CarvePorts): Carving {
  let seen = '';
  return async () => {
    const policy = ports.history.current();
    if (policy === null) return [];
    const known = new Set(policy.guard);
    const came = (await ports.neighbours()).filter(
      ({ prefix }) => !known.has(formatPrefix(prefix)),
    );
    const looked = [policy.tables.block.hash, ...came.map(({ prefix }) => formatPrefix(prefix))];
    if (came.length === 0 || looked.join(' ') === seen) return [];
    const carved = await carve(ports, policy, came);
    seen = looked.join(' ');
    return carved;
  };
}

async function carve(
  ports: CarvePorts,
  policy: PolicyRecord,
  came: readonly GuardedPrefix[],
): Promise<readonly string[]> {
  const tables = await ports.policyStore.load(policy);
  // Another check tells of it, and the next update writes it again.
  if (tables === null) return [];
  const blocked = guardedIn(tables.block, came);
  if (blocked.length === 0) return [];
  const guarded = tableOf(blocked.map(({ prefix }) => prefix));
  const plan = await ports.driver.plan(without(tables, guarded));
  refuseOnError(plan.problems);
  const record = {
    ...policy,
    ...(await withoutInBase(ports, policy, guarded)),
    takenAt: ports.clock.now(),
    tables: { block: summaryOf(plan.wanted.block), allow: policy.tables.allow },
    guard: [...policy.guard, ...came.map(({ prefix }) => formatPrefix(prefix))],
    carved: [
      ...policy.carved,
      ...blocked.map(({ prefix, reason }) => ({ prefix: formatPrefix(prefix), reason })),
    ],
  };
  await applyOrRollBack(ports, plan, record, KEPT_LISTS);
  await forgetOlderTables(ports);
  return blocked.map(
    ({ prefix, reason }) => `${formatPrefix(prefix)} (${reason}) was taken out of the block list`,
  );
}

/** The tables that exemptions are put on top of, kept on disk. */
async function withoutInBase(
  { policyStore }: CarvePorts,
  { local }: PolicyRecord,
  guarded: PrefixTable,
): Promise<Pick<PolicyRecord, 'local'>> {
  if (local === undefined) return {};
  const base = await policyStore.load({ tables: local.base });
  if (base === null) return {};
  const { block } = without(base, guarded);
  const summary = summaryOf(block);
  await policyStore.save(block, summary.hash);
  return { local: { ...local, base: { ...local.base, block: summary } } };
}

function without({ block, allow }: PolicyTables, guarded: PrefixTable): PolicyTables {
  return { block: subtract(block, guarded), allow };
}
