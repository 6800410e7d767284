import { act, runNotice } from '../action.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Compares what is enforced with the policy and repairs it. */
export function verifyProtection(request: PageRequest): Promise<PageAnswer> {
  return act(request, async () => runNotice(await request.agent.verify(request.actor)));
}
