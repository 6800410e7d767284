import { AgentError } from '../../core/errors.ts';
import type { CompareQuestion, KnownPolicy } from '../../tasks/agent.ts';
import { failureNotice } from '../message.ts';
import type { PageAnswer, PageRequest, ShownPage } from '../page.ts';
import {
  comparisonView,
  PAGE_ENTRIES,
  treatmentOf,
  versionChoices,
  versionRows,
  type ComparisonView,
} from '../policy-view.ts';
import { shorten } from '../../site/format.ts';
import { texts } from '../texts.ts';

const LONGEST_SEARCH = 60;

/** The last versions of the policy, what was done to the one in force, and the difference of two. */
export async function showPolicy(request: PageRequest): Promise<PageAnswer> {
  const notice = request.notices.find(request.query('notice'));
  return { ...(await policyPage(request)), notice, part: 'policy' };
}

/** The page, without a notice. */
export async function policyPage(request: PageRequest): Promise<ShownPage> {
  const known = await request.agent.policies();
  const data = {
    versions: versionRows(known, request.now),
    choices: versionChoices(known),
    treatment: treatmentOf(known[0]?.policy ?? null),
    comparison: await compared(request, known),
    setUp: await isDeviceSetUp(request),
  };
  return { kind: 'page', view: 'policy', title: texts.policy.title, tab: 'policy', data };
}

/** A device whose settings are damaged is set up, too. */
async function isDeviceSetUp({ agent }: PageRequest): Promise<boolean> {
  try {
    return (await agent.settings()) !== null;
  } catch (thrown) {
    if (thrown instanceof AgentError) return true;
    throw thrown;
  }
}

/** Null when there are no two versions on disk. */
async function compared(
  request: PageRequest,
  known: readonly KnownPolicy[],
): Promise<ComparisonView | null> {
  const question = questionOf(request, known);
  if (question === null) return null;
  try {
    return comparisonView(question, await request.agent.compare(question), null);
  } catch (thrown) {
    if (!(thrown instanceof AgentError)) throw thrown;
    return comparisonView(question, null, failureNotice(thrown));
  }
}

/** What is asked for; by default the last two versions that differ. */
function questionOf(request: PageRequest, known: readonly KnownPolicy[]): CompareQuestion | null {
  const kept = known.filter(({ onDisk }) => onDisk).map(({ policy }) => policy);
  const [newest] = kept;
  const other = kept.find(({ tables }) => !same(tables, newest?.tables)) ?? kept[1];
  if (newest === undefined || other === undefined) return null;
  return {
    before: wholeNumber(request.query('before'), other.takenAt),
    after: wholeNumber(request.query('after'), newest.takenAt),
    table: request.query('table') === 'allow' ? 'allow' : 'block',
    change: request.query('change') === 'removed' ? 'removed' : 'added',
    search: shorten(request.query('search'), LONGEST_SEARCH),
    offset: wholeNumber(request.query('offset'), 0),
    limit: PAGE_ENTRIES,
  };
}

function same(a: object, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function wholeNumber(text: string, otherwise: number): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
}
