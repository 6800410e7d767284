/** What was done last, as the overview shows it: polled by itself, so that a poll of the state stays small. */
import { createHash } from 'node:crypto';
import { activityRows } from './activity.ts';
import type { PageRequest } from './page.ts';

const RUNS = 5;
const LONGEST_MESSAGE = 100;

/** Values of the template, and the mark of what it shows. */
export async function recentActivity({ agent, now }: PageRequest) {
  const runs = await agent.activity(RUNS);
  const mark = createHash('sha256').update(JSON.stringify(runs)).digest('base64url').slice(0, 16);
  return { recent: { rows: activityRows(runs, now, LONGEST_MESSAGE), mark } };
}
