import { activityRows } from '../activity.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { texts } from '../texts.ts';

const MOST_RUNS = 200;
const LONGEST_MESSAGE = 1000;

/** What was done last, newest first. */
export async function showActivity(request: PageRequest): Promise<PageAnswer> {
  const runs = await request.agent.activity(MOST_RUNS);
  const rows = activityRows(runs, request.now, LONGEST_MESSAGE);
  const data = { rows };
  return { kind: 'page', view: 'activity', title: texts.activity.title, tab: 'activity', data };
}
