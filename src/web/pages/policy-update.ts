import { withRemedy } from '../../core/errors.ts';
import type { UpdateResult } from '../../tasks/agent.ts';
import { startOnOverview } from '../actions.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { runNotice, startTask, withResult } from '../start-task.ts';
import type { TaskOrder } from '../started-tasks.ts';
import { policyPage } from './policy-show.ts';

/** Reads settings and policy now; shown on the page it was started on. */
export function updatePolicy(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => {
    const { run, notes } = await agent.update(actor);
    return runNotice(run, notes);
  };
  return request.form('from') === 'policy'
    ? startOnPolicy(request, { kind: 'update', work, after: '/policy' })
    : startOnOverview(request, { kind: 'update', work });
}

/** Says what an update would change. */
export function planPolicy(request: PageRequest): Promise<PageAnswer> {
  const { agent, actor } = request;
  const work = async () => planNotice(await agent.update(actor, { plan: true }));
  return startOnPolicy(request, { kind: 'plan', work, after: '/policy' });
}

function planNotice({ run, problems, notes }: UpdateResult) {
  const found = problems.map(({ message, remedy }) => withRemedy(message, remedy));
  return { ...runNotice(run, [...found, ...notes]), tone: 'info' } as const;
}

function startOnPolicy(request: PageRequest, order: TaskOrder): Promise<PageAnswer> {
  return startTask(request, order, async (result) => ({
    ...withResult(await policyPage(request), result),
    address: '/policy',
  }));
}
