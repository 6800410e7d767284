/** The actions of the overview and of the policy page: each starts one task of the agent. */
import { overviewPage } from './overview.ts';
import type { PageAnswer, PageRequest } from './page.ts';
import { startTask, withResult } from './start-task.ts';
import type { TaskOrder } from './started-tasks.ts';

/** Starts the task; the overview shows that it runs, and what came of it. */
export function startOnOverview(request: PageRequest, order: TaskOrder): Promise<PageAnswer> {
  return startTask(request, order, async (result) => ({
    ...withResult(await overviewPage(request), result),
    address: '/',
  }));
}
