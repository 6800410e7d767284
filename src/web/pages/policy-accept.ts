import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice } from '../start-task.ts';

/** Takes the policy that is held back, if the service still has the version that was shown. */
export function acceptPolicy(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const version = request.form('version');
  const work = async () => {
    const { run, notes } = await agent.update(actor, version === '' ? {} : { accept: version });
    return runNotice(run, notes);
  };
  return startOnOverview(request, { kind: 'update', work });
}
