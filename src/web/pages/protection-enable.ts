import { act, runNotice } from '../action.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Puts the rules in. */
export function enableProtection(request: PageRequest): Promise<PageAnswer> {
  return act(request, async () => runNotice(await request.agent.enable(request.actor)));
}
