import { AgentError } from '../../core/errors.ts';
import { isHostName } from '../../core/host-name.ts';
import { emptyLookup, hostView, lookupView, type LookupView } from '../lookup.ts';
import { failureStatus } from '../../site/failure-status.ts';
import { failureNotice } from '../message.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { shorten } from '../../site/format.ts';
import { texts } from '../texts.ts';

/** As long as a host name can be. */
const LONGEST_QUERY = 253;

/** Whether an address, a prefix or each address of a host name is blocked, and by which entry. Without one: the form. */
export async function showLookup(request: PageRequest): Promise<PageAnswer> {
  const query = shorten(request.query('address'), LONGEST_QUERY);
  if (query === '') return lookupPage(emptyLookup(), 200);
  try {
    return lookupPage(await lookUp(request, query), 200);
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return lookupPage(
      { ...emptyLookup(query), failure: failureNotice(thrown) },
      failureStatus(thrown),
    );
  }
}

async function lookUp({ agent, now }: PageRequest, query: string): Promise<LookupView> {
  const exemptions = await agent.exemptions();
  if (isHostName(query)) return hostView(query, await agent.lookupHost(query), now, exemptions);
  const answer = lookupView(await agent.lookup(query), now, exemptions);
  return { ...emptyLookup(query), answers: [answer] };
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
