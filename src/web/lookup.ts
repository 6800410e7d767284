import { containsEntry, listOf } from '../core/prefix-order.ts';
import { parsePrefix } from '../core/prefix-text.ts';
import type { Prefix } from '../core/prefix-list.ts';
import type { Exemption } from '../core/ports.ts';
import type { DecidingEntry, HostLookup, LookupAnswer } from '../tasks/agent.ts';
import { LONGEST_NOTE, itemsFact, moreThan, textFact, timeFact, type Fact } from './facts.ts';
import { formatCount, timeView } from '../site/format.ts';
import type { Notice } from '../site/notices.ts';
import { lookupSentence, texts } from './texts.ts';

/** The lookup form and what came of it. */
export interface LookupView {
  /** As typed. */
  readonly query: string;
  /** Said of a host name: the addresses it has; empty for anything else. */
  readonly resolved: string;
  readonly answers: readonly AnswerView[];
  readonly failure: Notice | null;
}

/** An answer as the page shows it. */
export interface AnswerView {
  readonly query: string;
  readonly verdict: LookupAnswer['verdict'];
  /** e.g. `blocked by 64.87.3.0/24`. */
  readonly sentence: string;
  readonly entries: readonly EntryView[];
  readonly lists: readonly string[];
  /** e.g. `and 12 more`, or empty. */
  readonly moreLists: string;
  /** Since when, what the policy before did, what is guarded, what was logged. */
  readonly facts: readonly Fact[];
  /** Said when a listed address passes all the same; empty otherwise. */
  readonly warning: string;
}

/** An entry that decides, and the lists that have it. */
export interface EntryView {
  readonly table: string;
  readonly prefix: string;
  readonly lists: readonly string[];
  /** e.g. `and 12 more`, or empty. */
  readonly moreLists: string;
}

const MOST_ADDRESSES = 20;
const MOST_LISTS = 20;
/** Lists named of each of up to 20 entries. */
const MOST_OF_ENTRY = 5;

/** The form before anything was asked. */
export function emptyLookup(query = ''): LookupView {
  return { query, resolved: '', answers: [], failure: null };
}

/** What is known of a host name: each of its addresses. */
export function hostView(
  query: string,
  host: HostLookup,
  now: number,
  exemptions: readonly Exemption[],
): LookupView {
  const { addresses, answers } = host;
  const shown = addresses.slice(0, MOST_ADDRESSES).join(', ');
  const more = moreThan(addresses.length, MOST_ADDRESSES);
  return {
    ...emptyLookup(query),
    resolved: texts.lookup.resolved(`${shown} ${more}`.trim()),
    answers: answers.map((answer) => lookupView(answer, now, exemptions)),
  };
}

/** An answer of the agent as the page shows it. */
export function lookupView(
  answer: LookupAnswer,
  now: number,
  exemptions: readonly Exemption[] = [],
): AnswerView {
  const listed = answer.verdict === 'blocked' || answer.verdict === 'partly';
  return {
    query: answer.query,
    verdict: answer.verdict,
    sentence: lookupSentence(answer),
    entries: answer.entries.map(entryView),
    lists: answer.lists.slice(0, MOST_LISTS),
    moreLists: moreThan(answer.lists.length, MOST_LISTS),
    facts: [
      ...exemptionFacts(answer, exemptions, now),
      ...pastFacts(answer, now),
      ...guardFacts(answer),
      ...hitFacts(answer, now),
    ],
    warning: listed && !answer.enforced ? texts.lookup.notEnforced : '',
  };
}

function entryView({ table, prefix, lists }: DecidingEntry): EntryView {
  return {
    table: texts.policy[table],
    prefix,
    lists: lists.slice(0, MOST_OF_ENTRY),
    moreLists: moreThan(lists.length, MOST_OF_ENTRY),
  };
}

/** What this device allows or blocks beside the lists, where it covers all that was asked for. */
function exemptionFacts(
  { query }: LookupAnswer,
  exemptions: readonly Exemption[],
  now: number,
): readonly Fact[] {
  const asked = parsePrefix(query);
  const covering = exemptions.filter(({ prefix }) => covers(parsePrefix(prefix), asked));
  return covering.map(({ action, prefix, until }) => {
    const { allowedHere, blockedHere, forGood, byPrefix } = texts.lookup;
    const label = action === 'allow' ? allowedHere : blockedHere;
    const note = prefix === query ? '' : byPrefix(prefix);
    if (until === null) return textFact(label, forGood, { note });
    return timeFact(label, timeView(until, now, texts.lookup.ending), { note });
  });
}

function covers(wide: Prefix, narrow: Prefix): boolean {
  const [around, within] = [listOf(wide.family, [wide]), listOf(narrow.family, [narrow])];
  return wide.family === narrow.family && containsEntry(around, 0, within, 0);
}

function pastFacts({ since, blockedBefore, verdict }: LookupAnswer, now: number): readonly Fact[] {
  const { lookup } = texts;
  const changed = blockedBefore !== null && blockedBefore !== (verdict === 'blocked');
  return [
    ...(since === null
      ? []
      : [
          timeFact(lookup.since, timeView(since.takenAt, now), {
            note: lookup.version(since.version, since.orEarlier),
          }),
        ]),
    ...(changed
      ? [textFact(lookup.before, blockedBefore ? lookup.wasBlocked : lookup.wasNotBlocked)]
      : []),
  ];
}

function guardFacts({ guarded }: LookupAnswer): readonly Fact[] {
  if (guarded.length === 0) return [];
  const items = guarded.map(({ prefix, reason }) => `${prefix}: ${reason}`);
  return [itemsFact(texts.lookup.guarded, items, LONGEST_NOTE)];
}

function hitFacts({ hits }: LookupAnswer, now: number): readonly Fact[] {
  const { lookup } = texts;
  if (hits === null) return [];
  if (hits.last === null) return [textFact(lookup.hits, lookup.noHits)];
  const note = hits.trackers.length === 0 ? '' : lookup.rules(hits.trackers.join(', '));
  return [
    textFact(lookup.hits, formatCount(hits.count), { note }),
    timeFact(lookup.lastHit, timeView(hits.last, now)),
  ];
}
