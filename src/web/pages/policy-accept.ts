import { startOnOverview } from '../actions.ts';
import { heldMark } from '../held.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Takes the policy that is held back, if the service still has the version that was shown. */
export function acceptPolicy(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const shown = request.form('held');
  const work = async () => {
    const { held } = await agent.status();
    const wanted = held !== null && heldMark(held.version) === shown;
    const { run, notes } = await agent.update(actor, wanted ? { accept: held.version } : {});
    return runNotice(run, notes);
  };
  return startOnOverview(request, { kind: 'update', work });
}
