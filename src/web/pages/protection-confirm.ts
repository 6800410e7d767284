import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Keeps the rules in that would go out by themselves. */
export function confirmProtection(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => runNotice(await agent.confirm(actor));
  return startOnOverview(request, { kind: 'confirm', work });
}
