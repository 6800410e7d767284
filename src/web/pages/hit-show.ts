import { AgentError, messageOf, printable } from '../../core/errors.ts';
import { endsOf } from '../../core/hit-ends.ts';
import type { Exemption, StoredHit } from '../../core/ports.ts';
import type { LookupAnswer } from '../../tasks/agent.ts';
import { formatCount, shorten, timeView } from '../../site/format.ts';
import { exemptionRow, toldView } from '../hits-page.ts';
import { hitRow } from '../hits-view.ts';
import { lookupView } from '../lookup.ts';
import { refusal } from '../message.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { texts } from '../texts.ts';

const LONGEST_LINE = 600;
const t = texts.hitList.detail;

/** Why one hit was logged: which entry of which list, what else is known of its address, and what can be done. */
export async function showHit(request: PageRequest): Promise<PageAnswer> {
  const id = request.query('id');
  const hit = /^\d{1,15}$/.test(id) ? await request.agent.hitById(Number(id)) : null;
  if (hit === null) return refusal(404, t.gone);
  const { remote, inside } = endsOf(hit);
  const answer = await lookUp(request, remote);
  const exemptions = await request.agent.exemptions();
  const data = {
    hit: {
      ...hitRow(hit, request.now, request.isSample),
      ...{ remote: printable(remote), inside: printable(inside) },
      rule: hit.tracker === 0 ? t.noRule : String(hit.tracker),
      line: lineOf(hit),
      lookup: answer === null ? null : lookupView(answer, request.now),
      seen: seenOf(answer, request.now),
      exemption: exemptionOf(exemptions, answer, request.now),
      told: exemptions.length === 0 ? null : await toldView(request),
    },
  };
  return { kind: 'page', view: 'hit', part: 'hit', title: t.title, tab: 'hits', data };
}

/** Null when it cannot be told now, e.g. because the tables are not on disk. */
async function lookUp(request: PageRequest, address: string): Promise<LookupAnswer | null> {
  try {
    return await request.agent.lookup(address);
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw new Error(messageOf(thrown), { cause: thrown });
    return null;
  }
}

function lineOf({ line }: StoredHit): string {
  return shorten(printable(Buffer.from(line).toString('latin1')), LONGEST_LINE);
}

function seenOf(answer: LookupAnswer | null, now: number) {
  const hits = answer?.hits ?? null;
  if (hits === null || hits.first === null || hits.last === null) return null;
  return {
    count: formatCount(hits.count),
    first: timeView(hits.first, now),
    last: timeView(hits.last, now),
  };
}

/** The exemption of exactly this address. */
function exemptionOf(all: readonly Exemption[], answer: LookupAnswer | null, now: number) {
  const found = all.find(({ prefix }) => prefix === answer?.query);
  return found === undefined ? null : exemptionRow(found, now);
}
