/** "Disable" as a task: the way out of trouble, so it may insist where another task would be told to wait. */
import type { Actor, LockName, Run } from '../core/ports.ts';
import type { DisableOptions } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { holdPatiently, holdWithin, recordRun, type HoldLock } from './record-run.ts';
import { disableEnforcement } from './set-enabled.ts';

/** How long it waits for whoever has the firewall. Applying a policy of a million entries takes seconds. */
const WAIT_MS = 10_000;
/** How long the lock of a process that was ended may take to be free. */
const ENDED_WAIT_MS = 2_000;

/**
 * Takes the rules out.
 * @param options `insist`: whoever keeps the firewall for too long is ended, and what cannot be ended is not waited for
 * @throws BusyError without `insist`; FirewallError or HostError when the rules cannot be taken out
 */
export async function disable(
  ports: AgentPorts,
  actor: Actor,
  { insist = false }: DisableOptions = {},
): Promise<Run> {
  const way = { note: '' };
  const work = async () => {
    const { changed } = await disableEnforcement(ports);
    const message = `${changed ? 'The policy is now' : 'The policy was already'} disabled.${way.note}`;
    return { outcome: changed ? 'done' : 'unchanged', message, value: null } as const;
  };
  const insisting: HoldLock = (lock, name, holder, { work: held }) =>
    holdAtLast(lock, name, holder, { work: held, tell: (note) => (way.note = ` ${note}`) });
  return (await recordRun(ports, 'disable', actor, work, insist ? insisting : holdPatiently)).run;
}

interface AtLast<T> {
  readonly work: () => Promise<T>;
  /** Told what had to be done to get on. */
  readonly tell: (note: string) => void;
}

async function holdAtLast<T>(
  lock: AgentPorts['lock'],
  name: LockName,
  holder: string,
  { work, tell }: AtLast<T>,
): Promise<T> {
  const inTime = await holdWithin(lock, name, holder, { waitMs: WAIT_MS, work });
  if ('value' in inTime) return inTime.value;
  const { name: other, ended } = await lock.endHolder(name);
  const hung = `Another task kept the firewall for ${WAIT_MS / 1000} s: ${other}.`;
  tell(ended ? `${hung} Its process was ended.` : `${hung} ${NOT_ENDED}`);
  const freed = await holdWithin(lock, name, holder, { waitMs: ENDED_WAIT_MS, work });
  if ('value' in freed) return freed.value;
  tell(`${hung} ${NOT_ENDED}`);
  return work();
}

const NOT_ENDED =
  'Its process could not be ended, so the rules were taken out beside it. End it, then look with "tsadmin status".';
