import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Puts the rules in. */
export function enableProtection(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => runNotice(await agent.enable(actor));
  return startOnOverview(request, { kind: 'enable', work });
}
