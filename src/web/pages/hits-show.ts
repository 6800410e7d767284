import { hitsPage } from '../hits-page.ts';
import type { PageAnswer, PageRequest } from '../page.ts';

/**
 * The hits, newest first. A poll that has seen the newest gets nothing; `?part=exemptions` is what is allowed and blocked
 * here, asked for anew when a change of it has ended.
 */
export async function showHits(request: PageRequest): Promise<PageAnswer> {
  if (request.fragment && request.query('part') === 'exemptions') {
    return { ...(await hitsPage(request, 'page')), part: 'exemptions' };
  }
  const page = await hitsPage(request, 'list', request.notices.find(request.query('notice')));
  if (!request.fragment) return page;
  const { list } = page.data as { readonly list: { readonly mark: string } };
  return request.query('seen') === list.mark ? { kind: 'unchanged' } : page;
}
