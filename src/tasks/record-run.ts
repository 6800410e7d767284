import { BusyError, sentencesOf } from '../core/errors.ts';
import type { Actor, LockName, Run, TaskName } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

/** How long a task waits for another one to end. */
const LOCK_WAIT_MS = 5_000;
/**
 * What somebody asked for is done, though the schedule is at work: its check takes 10 s and more on a busy firewall. For
 * another person's task nobody waits that long.
 */
export const PATIENT_WAIT_MS = 55_000;
const OF_SCHEDULE = /(?: by schedule|applying a policy) \(/;

const LOCK_OF: Readonly<Record<TaskName, LockName>> = {
  add: 'firewall',
  configure: 'firewall',
  settings: 'firewall',
  update: 'update',
  enable: 'firewall',
  confirm: 'firewall',
  disable: 'firewall',
  remove: 'firewall',
  verify: 'firewall',
  exempt: 'firewall',
  collect: 'hits',
  logs: 'hits',
};

/** What the work of a task has to say. */
export interface Outcome<T> {
  readonly outcome: 'done' | 'unchanged';
  readonly message: string;
  readonly value: T;
}

/** Holds a lock for a task, as long as it takes or as long as the task may wait. @throws BusyError */
export type HoldLock = <T>(
  lock: AgentPorts['lock'],
  name: LockName,
  holder: string,
  task: { readonly isPatient: boolean; readonly work: () => Promise<T> },
) => Promise<T>;

/**
 * Runs one task under its lock and leaves a record of how it ended.
 * @throws what the work throws, after recording it
 */
export async function recordRun<T>(
  ports: Pick<AgentPorts, 'clock' | 'lock' | 'log' | 'runs'>,
  task: TaskName,
  actor: Actor,
  work: () => Promise<Outcome<T>>,
  hold: HoldLock = holdPatiently,
): Promise<{ run: Run; value: T }> {
  const started = ports.clock.now();
  const finish = (outcome: Run['outcome'], message: string): Run => {
    const durationMs = ports.clock.now() - started;
    return { task, actor, started, durationMs, outcome, message };
  };
  try {
    const holder = `${task} by ${actor}`;
    const isPatient = actor !== 'schedule';
    const { outcome, message, value } = await hold(ports.lock, LOCK_OF[task], holder, {
      isPatient,
      work,
    });
    const run = finish(outcome, message);
    if (isWorthKeeping(ports, run)) ports.runs.record(run);
    return { run, value };
  } catch (error) {
    const run = finish('failed', sentencesOf(error));
    // The schedule comes again: that somebody else is at work is no fault.
    const isTurnedAway = error instanceof BusyError && actor === 'schedule';
    ports.log[isTurnedAway ? 'info' : 'error'](`${task}: ${run.message}`);
    if (isWorthKeeping(ports, run) && !isTurnedAway) ports.runs.record(run);
    throw error;
  }
}

/** Waits a moment for any other task; for one of the schedule longer, when somebody asked for this one. */
export const holdPatiently: HoldLock = async (lock, name, holder, { isPatient, work }) => {
  const first = await holdWithin(lock, name, holder, { waitMs: LOCK_WAIT_MS, work });
  if ('value' in first) return first.value;
  if (!isPatient || !OF_SCHEDULE.test(first.busy.message)) throw first.busy;
  return lock.hold(name, holder, PATIENT_WAIT_MS, work);
};

/**
 * Holds a lock, unless somebody else has it all the time.
 * @returns what the work gave, or who has the lock
 * @throws what the work throws, a BusyError of its own too
 */
export async function holdWithin<T>(
  lock: AgentPorts['lock'],
  name: LockName,
  holder: string,
  { waitMs, work }: { readonly waitMs: number; readonly work: () => Promise<T> },
): Promise<{ readonly value: T } | { readonly busy: BusyError }> {
  const own = { isHeld: false };
  const held = async (): Promise<{ readonly value: T }> => {
    own.isHeld = true;
    return { value: await work() };
  };
  try {
    return await lock.hold(name, holder, waitMs, held);
  } catch (error) {
    if (own.isHeld || !(error instanceof BusyError)) throw error;
    return { busy: error };
  }
}

/** What the schedule looks at all the time. */
const FREQUENT: ReadonlySet<TaskName> = new Set(['collect', 'verify', 'disable', 'exempt']);

/** The frequent looks of the schedule are kept when they found or changed something, or ended a failure. */
function isWorthKeeping(ports: Pick<AgentPorts, 'runs'>, run: Run): boolean {
  if (run.actor !== 'schedule' || !FREQUENT.has(run.task)) return true;
  const last = ports.runs.last(run.task);
  if (run.outcome === 'failed') return last?.message !== run.message;
  return run.outcome === 'done' || last?.outcome === 'failed';
}
