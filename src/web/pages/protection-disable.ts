import { act, runNotice } from '../action.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Takes the rules out; the tables stay. */
export function disableProtection(request: PageRequest): Promise<PageAnswer> {
  return act(request, async () => runNotice(await request.agent.disable(request.actor)));
}
