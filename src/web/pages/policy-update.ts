import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Reads settings and policy now. */
export function updatePolicy(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => {
    const { run, notes } = await agent.update(actor);
    return runNotice(run, notes);
  };
  return startOnOverview(request, { kind: 'update', work });
}
