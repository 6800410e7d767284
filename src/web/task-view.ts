import { timeView, type TimeView } from './format.ts';
import type { StartedTask, TaskKind } from './started-tasks.ts';
import { texts } from './texts.ts';

/** A running task for the template. */
export interface TaskView {
  readonly id: string;
  /** What is being done. */
  readonly words: string;
  readonly actor: string;
  readonly started: TimeView;
  /** The step it is at, or empty where nobody tells. */
  readonly step: string;
  /** How much of the step is done, from 0 to 1; null: not known. */
  readonly fraction: number | null;
  /** Seconds until it is asked for again: the longer it runs, the rarer. */
  readonly pollSeconds: number;
}

const RARE_AFTER_MS = 15_000;

/** A running task, seen at `now`. */
export function taskView({ id, order, actor, started }: StartedTask, now: number): TaskView {
  return {
    id,
    words: words(order.kind),
    actor,
    started: timeView(started, now),
    step: '',
    fraction: null,
    pollSeconds: now - started < RARE_AFTER_MS ? 1 : 3,
  };
}

function words(kind: TaskKind): string {
  return texts.task.running[kind];
}
