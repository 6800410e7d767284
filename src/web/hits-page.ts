/** The page of hits: filter, list, exemptions, and a hit that is open. */
import type { Exemption } from '../core/ports.ts';
import type { Reachability } from '../tasks/agent.ts';
import { shorten, timeView, type TimeView } from '../site/format.ts';
import { readCursor, readFilter } from './hit-filter.ts';
import { hitListView } from './hits-view.ts';
import type { Notice } from '../site/notices.ts';
import type { PageRequest, ShownPage } from './page.ts';
import { texts } from './texts.ts';

/** Hits on a page: with 25 a poll stays below 15 kB. */
const PAGE = 25;
/** Exemptions shown; `tsadmin status` has all. */
const MOST_EXEMPTIONS = 50;
const LONGEST_REASON = 200;

/** One exemption as a row. */
export interface ExemptionRow {
  readonly prefix: string;
  readonly action: Exemption['action'];
  readonly words: string;
  /** Null: for good. */
  readonly until: TimeView | null;
  readonly actor: string;
}

/** The page, with what came of an action. @param frame what htmx gets of it: all, or the list alone */
export async function hitsPage(
  request: PageRequest,
  frame: 'list' | 'page',
  notice: Notice | null = null,
): Promise<ShownPage> {
  const beside = frame === 'list' && request.fragment ? {} : await exemptionsData(request);
  const data = { ...(await listData(request)), ...beside };
  const { title } = texts.hitList;
  const page = { kind: 'page', view: 'hits', title, tab: 'hits', notice, data } as const;
  return frame === 'list' ? { ...page, part: 'hit-list' } : page;
}

async function listData(request: PageRequest) {
  const asked = readFilter(request.query);
  const after = readCursor(request.query('after'));
  const page = await request.agent.findHits(asked.filter, after, PAGE);
  const list = hitListView(page, request.now, request.isSample);
  const newest = page.hits[0];
  return {
    list: {
      ...list,
      fields: asked.fields,
      query: asked.query,
      errors: Object.fromEntries(asked.errors),
      filtered: Object.keys(asked.query).length > 0,
      live: after === null,
      mark: newest === undefined ? '0' : String(newest.id),
    },
  };
}

async function exemptionsData(request: PageRequest) {
  const exemptions = await exemptionRows(request);
  return { exemptions, told: exemptions.length === 0 ? null : await toldView(request) };
}

/** What is allowed and blocked on this device, by prefix. */
async function exemptionRows(request: PageRequest): Promise<readonly ExemptionRow[]> {
  const all = await request.agent.exemptions();
  return all.slice(0, MOST_EXEMPTIONS).map((one) => exemptionRow(one, request.now));
}

/** Whether the portal has them, as a sentence. */
export interface ToldView {
  readonly tone: 'good' | 'waiting' | 'plain';
  readonly words: string;
}

/** Whether the portal has the exemptions. */
export async function toldView({ agent }: PageRequest): Promise<ToldView> {
  return wordsOf(await agent.exemptionsTold());
}

function wordsOf({ reachable, reason }: Reachability): ToldView {
  const { told } = texts.hitList.exempt;
  if (reachable === null) return { tone: 'plain', words: told.none };
  if (reachable) return { tone: 'good', words: told.yes };
  return { tone: 'waiting', words: `${told.waiting} ${shorten(reason, LONGEST_REASON)}.` };
}

/** One of them. */
export function exemptionRow(
  { prefix, action, until, actor }: Exemption,
  now: number,
): ExemptionRow {
  const { allowed, blocked } = texts.hitList.exempt;
  return {
    ...{ prefix, action, words: action === 'allow' ? allowed : blocked },
    until: until === null ? null : timeView(until, now),
    actor: shorten(actor, 40),
  };
}
