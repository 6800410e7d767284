import type { PageAnswer, PageRequest } from '../page.ts';
import { recentActivity } from '../recent-activity.ts';
import { texts } from '../texts.ts';

/** What was done last, polled; nothing while `seen` is still the mark of what there is. */
export async function showRecent(request: PageRequest): Promise<PageAnswer> {
  // Only a part of a page: a browser that asks for it by itself is led to the whole.
  if (!request.fragment) return { kind: 'redirect', to: '/activity' };
  const data = await recentActivity(request);
  if (request.query('seen') === data.recent.mark) return { kind: 'unchanged' };
  const title = texts.activity.recent;
  return { kind: 'page', view: 'activity', part: 'recent', title, tab: 'overview', data };
}
