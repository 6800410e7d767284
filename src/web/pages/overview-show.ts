import { overviewPage } from '../overview.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/** The overview, with the notice that a redirect named. */
export function showOverview(request: PageRequest): Promise<PageAnswer> {
  return overviewPage(request, request.notices.find(request.query('notice')));
}
