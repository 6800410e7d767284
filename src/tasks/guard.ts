/** What must never be blocked, and whether the policy in force was made with it. */
import type { Settings } from '../config/options.ts';
import { addressOf } from '../core/actor.ts';
import type { GuardedPrefix } from '../core/policy.ts';
import { overlapping } from '../core/prefix-algebra.ts';
import { sizeOf } from '../core/prefix-list.ts';
import { tableOf } from '../core/prefix-sort.ts';
import { formatPrefix } from '../core/prefix-text.ts';
import type { Actor, PolicyRecord } from '../core/ports.ts';
import { addressOrNone } from '../core/surroundings.ts';
import type { AgentPorts } from './agent-ports.ts';

/** An administrator's address is guarded for this long after the last action from it. */
const ADMINISTRATOR_MS = 24 * 3_600_000;

/**
 * The device and its surroundings, the services it uses, and the addresses administrators work from: a policy must not
 * lock out who is looking after the device, nor must the next scheduled refresh.
 * @param actor who asks for the refresh
 */
export async function collectGuard(
  ports: Pick<AgentPorts, 'clock' | 'runs' | 'upstream'>,
  settings: Settings,
  actor: Actor,
): Promise<readonly GuardedPrefix[]> {
  const actors = [actor, ...ports.runs.actorsSince(ports.clock.now() - ADMINISTRATOR_MS)];
  const addresses = new Set(actors.map(addressOf).filter((address) => address !== null));
  const administrators = [...addresses].flatMap((address) =>
    addressOrNone(address).map((prefix) => ({ prefix, reason: 'address of an administrator' })),
  );
  return [...(await ports.upstream.neverBlock(settings)), ...administrators];
}

/**
 * Whether the tables of a policy are what they would be with this guard: nothing of it is blocked, and nothing is left
 * unblocked for the sake of an address that is guarded no more. Which addresses are guarded changes all the time (names
 * of time servers); whether that matters is seldom.
 */
export async function isGuardInForce(
  ports: Pick<AgentPorts, 'policyStore'>,
  policy: PolicyRecord,
  guard: readonly GuardedPrefix[],
): Promise<boolean> {
  const guarded = new Set(guard.map(({ prefix }) => formatPrefix(prefix)));
  if (policy.carved.some(({ prefix }) => !guarded.has(prefix))) return false;
  const before = new Set(policy.guard);
  const added = guard.map(({ prefix }) => prefix).filter((one) => !before.has(formatPrefix(one)));
  if (added.length === 0) return true;
  const tables = await ports.policyStore.load(policy);
  if (tables === null) return false;
  return sizeOf(overlapping(tables.block, tableOf(added))) === 0;
}
