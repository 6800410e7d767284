import { AgentError } from '../core/errors.ts';
import type { Run } from '../core/ports.ts';
import { failureNotice, statusOf } from './message.ts';
import type { Notice } from './notices.ts';
import { overviewPage } from './overview.ts';
import type { PageAnswer, PageRequest } from './page.ts';

const MOST_NOTES = 10;

/**
 * Does the work, then shows the overview with what came of it: by redirect, or at once for htmx. A
 * failure is shown on the overview as well, with the status of {@link statusOf}.
 */
export async function act(request: PageRequest, work: () => Promise<Notice>): Promise<PageAnswer> {
  try {
    return await showDone(request, await work());
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return overviewPage(request, failureNotice(thrown), statusOf(thrown));
  }
}

/** The overview with a notice: by redirect, or at once for htmx. */
export async function showDone(request: PageRequest, notice: Notice): Promise<PageAnswer> {
  if (!request.fragment) {
    return { kind: 'redirect', to: '/', query: { notice: request.notices.keep(notice) } };
  }
  return { ...(await overviewPage(request, notice)), address: '/' };
}

/** What a run did, as a notice. */
export function runNotice(run: Run, notes: readonly string[] = []): Notice {
  const tone = { done: 'success', unchanged: 'info', failed: 'danger' } as const;
  return {
    tone: tone[run.outcome],
    message: run.message,
    remedy: '',
    notes: notes.slice(0, MOST_NOTES),
  };
}
