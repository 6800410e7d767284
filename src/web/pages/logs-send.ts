import { act, runNotice } from '../action.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Uploads every hit that waits. */
export function sendLogs(request: PageRequest): Promise<PageAnswer> {
  return act(request, async () => {
    const { run, message } = await request.agent.logs(request.actor);
    return runNotice(run, message === '' || message === run.message ? [] : [message]);
  });
}
