import type { Progress } from '../core/ports.ts';
import { formatCount, timeView, type TimeView } from '../site/format.ts';
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

/**
 * A running task, seen at `now`.
 * @param progress what the agent says of the task that tells how far it is
 */
export function taskView(
  { id, order, actor, started }: StartedTask,
  now: number,
  progress: Progress | null,
): TaskView {
  const own = progress !== null && isPartOf(order.kind, progress) ? progress : null;
  return {
    id,
    words: words(order.kind),
    actor,
    started: timeView(started, now),
    step: own === null ? '' : stepText(own),
    fraction: own === null ? null : fractionOf(own),
    pollSeconds: now - started < RARE_AFTER_MS ? 1 : 3,
  };
}

/** Setting up reads the first policy, and a plan reads one as well. */
function isPartOf(kind: TaskKind, { task }: Progress): boolean {
  return task === kind || (task === 'update' && (kind === 'add' || kind === 'plan'));
}

function stepText({ step, done, total }: Progress): string {
  const counted = done !== null && total !== null && total > 0;
  return counted ? `${step} (${formatCount(done)} / ${formatCount(total)})` : step;
}

function fractionOf({ done, total }: Progress): number | null {
  return done === null || total === null || total <= 0 ? null : Math.min(1, done / total);
}

function words(kind: TaskKind): string {
  return texts.task.running[kind];
}
