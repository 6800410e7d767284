/** The service's clockwork: which task runs when. A failed task is tried again at its next time. */
import type { Settings } from '../config/options.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import type { Actor, TaskName } from '../core/ports.ts';
import type { Agent } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { tellProblems, type TellPorts } from './tell-problems.ts';

const ACTOR: Actor = 'schedule';

/** How often the clockwork looks whether something is due. */
const TICK_MS = 1_000;

/** How long after a failure to disable it tries again: a filter reload takes a while. */
const GO_BACK_AGAIN_MS = 5_000;

/** How often it looks for problems that the administrator is to be told. */
const TELL_MS = 15_000;

/** How often it tells other processes that it lives. */
const BEAT_MS = 15_000;

/** The largest share of each interval by which a run comes earlier, so that a fleet does not ask all at once. */
const JITTER = 0.1;

/** An exemption ends this late at most; a look costs next to nothing. */
const EXEMPTION_S = 5;

interface Job {
  readonly task: TaskName;
  readonly intervalS: (settings: Settings) => number;
  readonly run: (agent: Agent) => Promise<unknown>;
}

const VERIFY: Job = {
  task: 'verify',
  intervalS: (settings) => settings.verify_interval,
  run: (agent) => agent.verify(ACTOR),
};

const JOBS: readonly Job[] = [
  VERIFY,
  {
    task: 'update',
    intervalS: (settings) => Math.min(settings.policy_interval, settings.settings_interval),
    run: (agent) => agent.update(ACTOR),
  },
  {
    task: 'exempt',
    intervalS: () => EXEMPTION_S,
    run: (agent) => agent.settleExemptions(ACTOR),
  },
  {
    task: 'collect',
    intervalS: (settings) => settings.collect_interval,
    run: (agent) => agent.collect(ACTOR),
  },
  {
    task: 'logs',
    intervalS: (settings) => settings.upload_interval,
    run: (agent) => agent.logs(ACTOR),
  },
];

/** What the clockwork needs beside the agent. */
export type SchedulerPorts = Pick<AgentPorts, 'clock' | 'random' | 'schedule'> & TellPorts;

/**
 * Runs each task when it is due, until the signal is aborted; resolves when the last one has ended. Each task has its
 * own loop, so that reading the log does not wait for a slow policy service.
 */
export async function runScheduler(
  agent: Agent,
  ports: SchedulerPorts,
  signal: AbortSignal,
): Promise<void> {
  await goBack(agent);
  await Promise.all([
    beat(ports, signal),
    watchConfirmation(agent, ports, signal),
    watchProblems(agent, ports, signal),
    protectFirst(agent, ports, signal),
  ]);
  ports.schedule.clear();
}

/** After a reboot the tables come from the disk, before anything waits for the network. */
async function protectFirst(
  agent: Agent,
  ports: SchedulerPorts,
  signal: AbortSignal,
): Promise<void> {
  if ((await settingsOrNull(agent)) !== null) await runJob(agent, VERIFY);
  await Promise.all(JOBS.map((job) => repeat(agent, ports, job, signal)));
}

/** A confirmation that is missing ends enforcement, whoever asked for it and however that process ended. */
async function watchConfirmation(
  agent: Agent,
  ports: SchedulerPorts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const done = await goBack(agent);
    await ports.clock.sleep(done ? TICK_MS : GO_BACK_AGAIN_MS, signal);
  }
}

/** @returns false when it failed: it has recorded and logged that, and is tried again. */
async function goBack(agent: Agent): Promise<boolean> {
  try {
    await agent.goBack();
    return true;
  } catch {
    return false;
  }
}

/** What was wrong at the start and is mended by then is nobody's business. */
async function watchProblems(
  agent: Agent,
  ports: SchedulerPorts,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await ports.clock.sleep(TELL_MS, signal);
    if (signal.aborted) return;
    await tell(agent, ports);
  }
}

async function tell(agent: Agent, ports: SchedulerPorts): Promise<void> {
  try {
    const { problems } = await agent.status();
    await tellProblems(ports, problems);
  } catch (error) {
    ports.log.warn(`looking for problems: ${messageOf(error)}`);
  }
}

async function beat(ports: SchedulerPorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    ports.schedule.beat(ports.clock.now());
    await ports.clock.sleep(BEAT_MS, signal);
  }
}

async function repeat(
  agent: Agent,
  ports: SchedulerPorts,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  let due = 0;
  while (!signal.aborted) {
    // Removing the device forgets the plan: one that is set up anew does not wait for the time of the old one.
    if (due > 0 && ports.schedule.next(job.task) === null) due = 0;
    const started = ports.clock.now();
    const settings = started < due ? null : await settingsOrNull(agent);
    if (settings !== null) {
      await runJob(agent, job);
      due = nextRun(started, ports, job.intervalS(settings));
      ports.schedule.planned(job.task, due);
    }
    await ports.clock.sleep(TICK_MS, signal);
  }
}

/** From the start of the run on, so that what is to be noticed within an interval is. A run that took longer gets a rest. */
function nextRun(started: number, { clock, random }: SchedulerPorts, intervalS: number): number {
  const wanted = started + intervalS * 1000 * (1 - JITTER * random());
  return Math.round(Math.max(wanted, clock.now() + (intervalS * 1000) / 2));
}

/** Settings that cannot be used are shown by `status`; there is nothing to run until they are mended. */
async function settingsOrNull(agent: Agent): Promise<Settings | null> {
  try {
    const settings = await agent.settings();
    return settings?.values ?? null;
  } catch (error) {
    if (error instanceof AgentError) return null;
    throw error;
  }
}

/** A failed task has recorded and logged its failure; the schedule goes on. */
async function runJob(agent: Agent, job: Job): Promise<void> {
  try {
    await job.run(agent);
  } catch {
    return;
  }
}
