/** Starting what takes time, and how it is shown while it runs and when it has ended. */
import type { Run } from '../core/ports.ts';
import { shorten } from '../site/format.ts';
import type { Notice } from '../site/notices.ts';
import type { PageAnswer, PageRequest, Redirect, ShownPage } from './page.ts';
import type { StartedTask, TaskOrder, TaskResult } from './started-tasks.ts';

/** A task that ends within this time is answered at once by its result; what takes longer is polled. */
const GRACE_MS = 250;
const MOST_NOTES = 10;
const LONGEST_NOTE = 300;

/** The page an action belongs to, with its result; null while it runs. */
export type ShowResult = (result: TaskResult | null) => PageAnswer | Promise<PageAnswer>;

/**
 * Starts a task, or meets the one of its kind that runs. What ends at once is shown by `show` (htmx, or a failure) or
 * by a redirect; what runs longer is shown as running, and its page is polled.
 */
export async function startTask(
  request: PageRequest,
  order: TaskOrder,
  show: ShowResult,
): Promise<PageAnswer> {
  const begun = request.tasks.start(order, request.actor);
  await request.tasks.settled(begun, GRACE_MS);
  const task = request.tasks.find(begun.id) ?? begun;
  if (task.result !== null) return ended(request, task, task.result, show);
  if (!request.fragment) return { kind: 'redirect', to: '/task', query: { id: task.id } };
  return show(null);
}

function ended(
  request: PageRequest,
  task: StartedTask,
  result: TaskResult,
  show: ShowResult,
): PageAnswer | Promise<PageAnswer> {
  if (request.fragment || result.status !== 200) return show(result);
  return leadOn(request, task, result);
}

/** To where the task leads, with what came of it. */
export function leadOn(request: PageRequest, task: StartedTask, result: TaskResult): Redirect {
  const { after = '/', afterFailure } = task.order;
  const failed = result.status !== 200;
  const to = failed ? (afterFailure ?? after) : after;
  const query = { notice: request.notices.keep(result.notice) };
  return { kind: 'redirect', to, query: failed ? { ...query, task: task.id } : query };
}

/** What a run did, as a notice. */
export function runNotice(run: Run, notes: readonly string[] = []): Notice {
  const tone = { done: 'success', unchanged: 'info', failed: 'danger' } as const;
  return {
    tone: tone[run.outcome],
    message: run.message,
    remedy: '',
    notes: notes.slice(0, MOST_NOTES).map((note) => shorten(note, LONGEST_NOTE)),
  };
}

/** The page with the result of an action, or without one while it runs. */
export function withResult(page: ShownPage, result: TaskResult | null): ShownPage {
  return result === null ? page : { ...page, ...result };
}
