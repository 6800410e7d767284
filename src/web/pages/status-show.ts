import { overviewData } from '../overview.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** The part of the overview that is polled; nothing while `seen` is still the mark of what there is. */
export async function showStatus(request: PageRequest): Promise<PageAnswer> {
  // Only a part of a page: a browser that asks for it by itself is led to the whole.
  if (!request.fragment) return { kind: 'redirect', to: '/' };
  const data = await overviewData(request, await request.agent.hitSummary(), { recent: true });
  const { mark, protection } = data.overview;
  if (request.query('seen') === mark) return { kind: 'unchanged' };
  const title = protection.word;
  return { kind: 'page', view: 'overview', part: 'status', title, tab: 'overview', data };
}
