import { AgentError } from '../../core/errors.ts';
import { lookupView, type LookupView } from '../lookup.ts';
import { failureNotice, statusOf } from '../message.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { shorten } from '../../site/format.ts';
import { texts } from '../texts.ts';

const LONGEST_QUERY = 100;

/** Whether an address or prefix is blocked, and by which entry. Without one: the empty form. */
export async function showLookup(request: PageRequest): Promise<PageAnswer> {
  const query = shorten(request.query('address'), LONGEST_QUERY);
  if (query === '') return lookupPage({ query, answer: null, failure: null }, 200);
  try {
    const answer = lookupView(await request.agent.lookup(query), request.now);
    return lookupPage({ query, answer, failure: null }, 200);
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return lookupPage({ query, answer: null, failure: failureNotice(thrown) }, statusOf(thrown));
  }
}

function lookupPage(lookup: LookupView, status: number): PageAnswer {
  const title = texts.lookup.title;
  return {
    kind: 'page',
    status,
    view: 'lookup',
    part: 'lookup',
    title,
    tab: 'lookup',
    data: { lookup },
  };
}
