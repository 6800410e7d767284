import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Compares what is enforced with the policy and repairs it. */
export function verifyProtection(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => runNotice(await agent.verify(actor));
  return startOnOverview(request, { kind: 'verify', work });
}
