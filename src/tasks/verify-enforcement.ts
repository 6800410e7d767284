/** Compares what the firewall holds with what it should hold, and mends the difference. */
import { countWords } from '../core/format-count.ts';
import type { Settings } from '../config/options.ts';
import type { Enforced, Look, PolicyRecord } from '../core/ports.ts';
import { isOverdue } from '../core/confirmation.ts';
import { FirewallError } from '../core/errors.ts';
import type { AgentPorts } from './agent-ports.ts';
import { rulesPutBack } from './contest.ts';
import { cutBlocked } from './cut-connections.ts';

/** What the check needs. */
export type VerifyPorts = Pick<
  AgentPorts,
  'clock' | 'confirmation' | 'driver' | 'history' | 'policyStore'
>;

/**
 * @returns what was mended, as sentences; empty when all was as it should be
 * @throws FirewallError when it could not be mended
 */
export async function verifyEnforcement(
  ports: VerifyPorts,
  settings: Settings,
  look: Look,
): Promise<readonly string[]> {
  const enforced = await ports.driver.verify(look);
  const mended = [
    ...(await mendTables(ports, enforced)),
    ...(await mendRules(ports, enforced, settings)),
  ];
  const exposed = settings.enabled && mended.length > 0;
  return exposed ? [...mended, ...(await cutMeanwhile(ports, settings))] : mended;
}

/** What got through before it was mended. */
async function cutMeanwhile(ports: VerifyPorts, settings: Settings): Promise<readonly string[]> {
  const { connections, problems } = await cutBlocked(ports, settings);
  const ended = countWords(connections, 'open connection was', 'open connections were');
  return [
    ...(connections === 0 ? [] : [`${ended} ended`]),
    ...problems.map(({ message }) => message),
  ];
}

/**
 * Removes what is damaged of the copy on disk, so that it counts as missing: `status` tells, and the next update writes it
 * again. Needs no network and, while the files stay as they are, reads none of them.
 * @returns whether there was something
 */
export async function dropDamagedCopy(
  ports: Pick<AgentPorts, 'history' | 'policyStore'>,
): Promise<boolean> {
  const policy = ports.history.current();
  return policy !== null && (await ports.policyStore.dropDamaged(policy)) > 0;
}

/** Names of the tables that do not hold the policy. */
export function driftOf(enforced: Enforced, policy: PolicyRecord): readonly string[] {
  return (['block', 'allow'] as const)
    .filter((table) => enforced.tables[table]?.hash !== policy.tables[table].hash)
    .map((table) => `ThreatSTOP_${table}`);
}

async function mendTables(ports: VerifyPorts, enforced: Enforced): Promise<readonly string[]> {
  const policy = ports.history.current();
  if (policy === null) return [];
  const drifted = driftOf(enforced, policy);
  if (drifted.length === 0) return [];
  const tables = await ports.policyStore.load(policy);
  if (tables === null) {
    throw new FirewallError(
      `${drifted.join(' and ')} differ from the policy, and there is no whole copy on disk`,
      { remedy: 'Run "tsadmin update" to read the policy again.' },
    );
  }
  await ports.driver.apply(await ports.driver.plan(tables));
  return [`${drifted.join(' and ')} differed from the policy and were put back`];
}

async function mendRules(
  ports: VerifyPorts,
  enforced: Enforced,
  settings: Settings,
): Promise<readonly string[]> {
  if (settings.enabled === enforced.rulesInPlace || isGoingBack(ports)) return [];
  if (settings.enabled) {
    await ports.driver.enable();
    return [rulesPutBack(enforced.problems)];
  }
  await ports.driver.disable();
  return ['rules were in place though the policy is disabled; they were taken out'];
}

/** Rules that nobody confirmed in time are taken out, not put back, whatever comes in between. */
function isGoingBack({ clock, confirmation }: VerifyPorts): boolean {
  const state = confirmation.load();
  return state?.kind === 'awaited' && isOverdue(state, clock.now());
}
