import { act, runNotice } from '../action.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** Reads settings and policy now. */
export function updatePolicy(request: PageRequest): Promise<PageAnswer> {
  return act(request, async () => {
    const { run, notes } = await request.agent.update(request.actor);
    return runNotice(run, notes);
  });
}
