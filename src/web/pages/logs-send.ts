import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Uploads every hit that waits. */
export function sendLogs(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => {
    const { run, message } = await agent.logs(actor);
    return runNotice(run, message === '' || message === run.message ? [] : [message]);
  };
  return startOnOverview(request, { kind: 'logs', work });
}
