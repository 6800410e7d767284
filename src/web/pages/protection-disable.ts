import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Takes the rules out; the tables stay. */
export function disableProtection(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => runNotice(await agent.disable(actor));
  return startOnOverview(request, { kind: 'disable', work });
}
