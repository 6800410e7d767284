import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Raises the limit of table entries to what the refused policy needs. */
export function raiseLimit(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => runNotice(await agent.raiseTableLimit(actor));
  return startOnOverview(request, { kind: 'raise', work });
}
