import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Puts the rules in, and asks whether the visitor can still reach the page. */
export function enableProtection(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => {
    const settings = await agent.settings();
    const confirmWithin = settings?.values.confirm_seconds ?? 0;
    return runNotice(await agent.enable(actor, { confirmWithin }));
  };
  return startOnOverview(request, { kind: 'enable', work });
}
