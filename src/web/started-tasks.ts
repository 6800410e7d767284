import { randomBytes } from 'node:crypto';
import { AgentError, messageOf } from '../core/errors.ts';
import type { Actor, Clock, Log } from '../core/ports.ts';
import { failureStatus } from '../site/failure-status.ts';
import { failureNotice } from './message.ts';
import type { Notice } from '../site/notices.ts';
import { texts } from './texts.ts';

/** What can be started on the page. One of a kind runs at a time. */
export type TaskKind = keyof typeof texts.task.running;

/** How a task ended. */
export interface TaskResult {
  readonly notice: Notice;
  /** HTTP status of the answer that shows it first. */
  readonly status: number;
}

/** A task as it is to be started. */
export interface TaskOrder {
  readonly kind: TaskKind;
  /** Does it, and says what came of it. @throws AgentError, which becomes the result */
  readonly work: () => Promise<Notice>;
  /** Where a browser is led when it is done. Default: the overview. */
  readonly after?: string;
  /** Where it is led instead when the task failed. */
  readonly afterFailure?: string;
  /** Whether htmx, too, is led there; else the result takes the place of the running task. */
  readonly leave?: boolean;
  /** What a failed form shows again; no secrets. */
  readonly input?: object;
}

/** A task that was started on the page. */
export interface StartedTask {
  readonly id: string;
  readonly order: TaskOrder;
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Null while it runs. */
  readonly result: TaskResult | null;
}

/** The tasks started on the page, running or ended not long ago. They end with the process. */
export interface StartedTasks {
  /** Starts it; when one of its kind runs already, that one is meant. */
  start(order: TaskOrder, actor: Actor): StartedTask;
  /** Null when it is not known, or ended long ago. */
  find(id: string): StartedTask | null;
  /** Those that run now, the first started first. */
  running(): readonly StartedTask[];
  /** Resolves when the task has ended, or after `mostMs`. Never rejects. */
  settled(task: StartedTask, mostMs: number): Promise<void>;
}

/** Ended tasks that are remembered. */
const MOST_ENDED = 50;

interface Entry {
  task: StartedTask;
  readonly end: Promise<void>;
}

/** No tasks yet. What fails and is no {@link AgentError} goes to the log. */
export function createStartedTasks(clock: Clock, log: Log): StartedTasks {
  const entries = new Map<string, Entry>();
  const running = () =>
    [...entries.values()].map(({ task }) => task).filter(({ result }) => result === null);

  function begin(order: TaskOrder, actor: Actor): StartedTask {
    const id = randomBytes(9).toString('base64url');
    const task: StartedTask = { id, order, actor, started: clock.now(), result: null };
    const end = resultOf(order, log).then((result) => {
      entry.task = { ...task, result };
      dropOldest();
    });
    const entry: Entry = { task, end };
    entries.set(id, entry);
    return task;
  }

  function dropOldest(): void {
    const ended = [...entries.values()].filter(({ task }) => task.result !== null);
    for (const { task } of ended.slice(0, -MOST_ENDED)) entries.delete(task.id);
  }

  return {
    start: (order, actor) =>
      running().find((task) => task.order.kind === order.kind) ?? begin(order, actor),
    find: (id) => entries.get(id)?.task ?? null,
    running,
    settled: (task, mostMs) => {
      const end = entries.get(task.id)?.end ?? Promise.resolve();
      return firstOf(end, mostMs);
    },
  };
}

async function resultOf({ work }: TaskOrder, log: Log): Promise<TaskResult> {
  try {
    return { notice: await work(), status: 200 };
  } catch (thrown) {
    if (thrown instanceof AgentError) {
      return { notice: failureNotice(thrown), status: failureStatus(thrown) };
    }
    log.error(`page: ${messageOf(thrown)}`);
    const message = texts.refused.internal;
    return { notice: { tone: 'danger', message, remedy: '', notes: [] }, status: 500 };
  }
}

/** The event loop stays free to end: the timer is taken away. */
async function firstOf(end: Promise<void>, mostMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, mostMs);
  });
  await Promise.race([end, timeout]);
  clearTimeout(timer);
}
