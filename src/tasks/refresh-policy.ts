/**
 * The policy path: is there another policy than the one in force? → fetch all lists or none → enforce
 * (`enforce-policy.ts` names those steps). Whatever fails, the firewall keeps the policy it had.
 */
import type { Settings } from '../config/options.ts';
import type { Actor, FetchedPolicy, PolicyVersion, Report } from '../core/ports.ts';
import type { GuardedPrefix } from '../core/policy.ts';
import type { AgentPorts } from './agent-ports.ts';
import { holds } from './apply-policy.ts';
import type { EnforcePolicy, Refresh } from './enforce-policy.ts';
import { collectGuard, isGuardInForce } from './guard.ts';
import { GLANCE } from './look.ts';
import { compiledWith, requestOf } from './policy-settings.ts';

/** What finding out needs. */
export type RefreshPorts = Pick<
  AgentPorts,
  'clock' | 'driver' | 'history' | 'policyStore' | 'runs' | 'upstream'
>;

const UNCHANGED: Refresh = { changes: null, problems: [], notes: [], connectionsCut: 0 };

/** How a refresh is to be done. */
export interface RefreshOptions {
  /** Take a policy that looks wrong, this once; a version: only that one. */
  readonly accept: boolean | PolicyVersion;
  /** Who asks; see {@link collectGuard}. */
  readonly actor: Actor;
  readonly report: Report;
}

/**
 * @param enforce what is done with a policy that is not in force; with `planEnforcement` nothing is touched
 * @throws PolicyError, FirewallError or HostError; the tables are then what they were
 */
export async function refreshPolicy(
  ports: RefreshPorts,
  settings: Settings,
  { accept, actor, report }: RefreshOptions,
  enforce: EnforcePolicy,
): Promise<Refresh> {
  report('asking the policy service');
  const guard = await collectGuard(ports, settings, actor);
  const fetched = await fetchPolicy(ports, settings, guard, report);
  return fetched === 'unchanged'
    ? UNCHANGED
    : enforce({ fetched, settings, guard, accept }, report);
}

async function fetchPolicy(
  ports: RefreshPorts,
  settings: Settings,
  guard: readonly GuardedPrefix[],
  report: Report,
): Promise<FetchedPolicy | 'unchanged'> {
  const request = requestOf(settings);
  const known = await enforcedVersion(ports, settings, guard);
  return ports.upstream.policySource(settings).fetch(request, known, report);
}

/**
 * The version that may be answered with "unchanged": only one that is enforced, whole, as it would be made now, and kept on
 * disk for a reboot.
 */
async function enforcedVersion(
  ports: RefreshPorts,
  settings: Settings,
  guard: readonly GuardedPrefix[],
): Promise<PolicyVersion | null> {
  const current = ports.history.current();
  if (current?.compiledWith !== compiledWith(settings)) return null;
  if (!holds(await ports.driver.verify(GLANCE), current)) return null;
  if (!(await ports.policyStore.has(current))) return null;
  return (await isGuardInForce(ports, current, guard)) ? current.version : null;
}
