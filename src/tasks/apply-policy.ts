/** Puts tables into the firewall and makes sure that they are there; else the ones before are put back. */
import { FirewallError, messageOf } from '../core/errors.ts';
import type { PrefixTable } from '../core/prefix-list.ts';
import { sizeOf } from '../core/prefix-list.ts';
import type { CompiledPolicy } from '../core/policy.ts';
import type {
  AppliedExemption,
  ApplyPlan,
  Enforced,
  EnforcedTable,
  LocalPart,
  PolicyRecord,
  PolicyTables,
  Problem,
  Report,
} from '../core/ports.ts';
import { setHash } from '../protocol/set-hash.ts';
import type { AgentPorts } from './agent-ports.ts';
import { GLANCE } from './look.ts';
import { noReport } from './progress.ts';

/** What applying needs. */
export type ApplyPorts = Pick<AgentPorts, 'driver' | 'history' | 'policyStore'>;

/** Entries and hash of a table. */
export function summaryOf(table: PrefixTable): EnforcedTable {
  return { entries: sizeOf(table), hash: setHash(table) };
}

/** What a policy remembers of the exemptions it was made with. */
export function localPartOf(
  base: PolicyTables,
  exemptions: readonly AppliedExemption[],
): LocalPart {
  return {
    base: { block: summaryOf(base.block), allow: summaryOf(base.allow) },
    exemptions: exemptions.map(({ action, prefix }) => ({ action, prefix })),
  };
}

/** @throws FirewallError when the firewall cannot hold the policy */
export function refuseOnError(problems: readonly Problem[]): void {
  const error = problems.find((problem) => problem.severity === 'error');
  if (error !== undefined) throw new FirewallError(error.message, { remedy: error.remedy });
}

/** Whether the firewall holds the tables of the policy. */
export function holds(enforced: Enforced, { tables }: Pick<PolicyRecord, 'tables'>): boolean {
  return (
    enforced.tables.block?.hash === tables.block.hash &&
    enforced.tables.allow?.hash === tables.allow.hash
  );
}

/**
 * Keeps the tables on disk, applies the plan, reads it back and remembers the policy. The record is what makes it the
 * policy of the device: a process that dies before it leaves a drift, which the next check mends.
 * @throws FirewallError or HostError; the policy before is then in force, or the error says that it is not
 */
export async function applyOrRollBack(
  ports: ApplyPorts,
  plan: ApplyPlan,
  record: PolicyRecord,
  lists: CompiledPolicy['lists'],
  report: Report = noReport,
): Promise<void> {
  report('keeping it on disk');
  await keep(ports, plan.wanted, record, lists);
  try {
    report('applying it to the firewall');
    await ports.driver.apply(plan);
    report('reading it back');
    await confirm(ports, record);
    ports.history.record(record);
  } catch (error) {
    await rollBack(ports, error);
    throw error;
  }
}

async function keep(
  { policyStore }: ApplyPorts,
  tables: PolicyTables,
  record: PolicyRecord,
  lists: CompiledPolicy['lists'],
): Promise<void> {
  for (const name of ['block', 'allow'] as const) {
    await policyStore.save(tables[name], record.tables[name].hash);
    const hashes = record.listTables[name];
    for (const [index, { table }] of lists[name].entries()) {
      await policyStore.save(table, hashes[index]?.hash ?? '');
    }
  }
}

/** Policies with different tables that are kept on disk: what is compared must be there. */
const KEPT_TABLES = 5;

/** Removes the tables of all policies but the last five from the disk. */
export async function forgetOlderTables(ports: ApplyPorts): Promise<void> {
  const different = new Map<string, PolicyRecord>();
  for (const policy of ports.history.recent()) {
    const { block, allow } = policy.tables;
    const key = `${block.hash} ${allow.hash}`;
    if (!different.has(key)) different.set(key, policy);
  }
  await ports.policyStore.keepOnly([...different.values()].slice(0, KEPT_TABLES));
}

async function confirm(ports: ApplyPorts, policy: Pick<PolicyRecord, 'tables'>): Promise<void> {
  if (holds(await ports.driver.verify(GLANCE), policy)) return;
  throw new FirewallError('the tables do not hold what was written to them', {
    remedy: 'Another program may be changing them; see the problems on the page.',
  });
}

/** @throws FirewallError when the policy before cannot be put back; its message has both reasons */
async function rollBack(ports: ApplyPorts, reason: unknown): Promise<void> {
  const policy = ports.history.current();
  if (policy === null) return;
  try {
    const tables = await ports.policyStore.load(policy);
    if (tables === null) throw new FirewallError('its copy on disk is missing or damaged');
    await ports.driver.apply(await ports.driver.plan(tables));
    await confirm(ports, policy);
    await forgetOlderTables(ports);
  } catch (cause) {
    throw new FirewallError(
      `${messageOf(reason)}; putting the policy before back failed too: ${messageOf(cause)}`,
      {
        remedy:
          'The firewall may hold neither policy. The service tries to mend it again and again.',
        cause,
      },
    );
  }
}
