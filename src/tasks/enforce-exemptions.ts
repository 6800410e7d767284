/**
 * Makes the tables in force anew from those without exemptions, with the exemptions there are now. All that is needed is on
 * this host and comes through ports, so that it runs in a thread of its own when the policy is large.
 */
import type { Settings } from '../config/options.ts';
import { PolicyError } from '../core/errors.ts';
import { applyExemptions } from '../core/policy-exemptions.ts';
import type { GuardedPrefix } from '../core/policy.ts';
import type { AppliedExemption, PolicyRecord } from '../core/ports.ts';
import {
  applyOrRollBack,
  forgetOlderTables,
  localPartOf,
  refuseOnError,
  summaryOf,
} from './apply-policy.ts';
import { cutConnections, NOTHING_CUT, type Cut } from './cut-connections.ts';
import type { EnforcePorts } from './enforce-policy.ts';

/** What the exemptions are put on top with. Plain data: it can be sent to another thread. */
export interface ExemptionsOrder {
  readonly settings: Settings;
  /** What is never blocked; not needed where nothing is. */
  readonly guard: readonly GuardedPrefix[];
}

/**
 * Puts them in force, in this thread or another; the caller holds the lock of the firewall.
 * @param policy the one in force
 * @throws as {@link enforceExemptions}
 */
export type EnforceExemptions = (order: ExemptionsOrder, policy: PolicyRecord) => Promise<Cut>;

/** What it needs. */
export type ExemptionPorts = Pick<
  EnforcePorts,
  'clock' | 'driver' | 'history' | 'policyStore' | 'exemptions'
>;

/** The lists of the policy are on disk, and stay. */
const KEPT_LISTS = { block: [], allow: [] };

/**
 * Does nothing where they are in force, or where there is no policy: the next one is made with them.
 * @throws PolicyError, FirewallError or HostError; the tables are then what they were
 */
export async function enforceExemptions(
  ports: ExemptionPorts,
  { settings, guard }: ExemptionsOrder,
): Promise<Cut> {
  const policy = ports.history.current();
  const active = ports.exemptions.active(ports.clock.now());
  if (policy === null || isMadeWith(policy, active)) return NOTHING_CUT;
  const base = await ports.policyStore.load({ tables: policy.local?.base ?? policy.tables });
  if (base === null) {
    throw new PolicyError('the tables of the policy are not on disk, or damaged', {
      remedy: 'Run "tsadmin update" to read the policy again.',
    });
  }
  const guarded = guard.map(({ prefix }) => prefix);
  const tables = applyExemptions(base, active, guarded);
  const plan = await ports.driver.plan(tables);
  refuseOnError(plan.problems);
  const record = {
    ...withoutLocal(policy),
    takenAt: ports.clock.now(),
    tables: { block: summaryOf(tables.block), allow: summaryOf(tables.allow) },
    ...(active.length === 0 ? {} : { local: localPartOf(base, active) }),
  };
  await applyOrRollBack(ports, plan, record, KEPT_LISTS);
  const cut = await cutConnections(ports, settings, policy, tables);
  await forgetOlderTables(ports);
  return cut;
}

/** Whether the policy was made with these exemptions. */
export function isMadeWith({ local }: PolicyRecord, active: readonly AppliedExemption[]): boolean {
  const made = local?.exemptions ?? [];
  return (
    made.length === active.length && active.every((one) => made.some((other) => isSame(one, other)))
  );
}

/** Whether two exemptions make the same of the tables. */
export function isSame(a: AppliedExemption, b: AppliedExemption): boolean {
  return a.action === b.action && a.prefix === b.prefix;
}

function withoutLocal(policy: PolicyRecord): PolicyRecord {
  const copy: { -readonly [Key in keyof PolicyRecord]: PolicyRecord[Key] } = { ...policy };
  delete copy.local;
  return copy;
}
