import type { LookupAnswer } from '../tasks/agent.ts';
import { moreThan } from './facts.ts';
import type { Notice } from './notices.ts';
import { lookupSentence, texts } from './texts.ts';

/** The lookup form and what came of it. */
export interface LookupView {
  /** As typed. */
  readonly query: string;
  readonly answer: AnswerView | null;
  readonly failure: Notice | null;
}

/** An answer as the page shows it. */
export interface AnswerView {
  readonly query: string;
  readonly verdict: LookupAnswer['verdict'];
  /** e.g. `blocked by 64.87.3.0/24`. */
  readonly sentence: string;
  readonly entries: readonly { readonly table: string; readonly prefix: string }[];
  readonly lists: readonly string[];
  /** e.g. `and 12 more`, or empty. */
  readonly moreLists: string;
  /** Said when a listed address passes all the same; empty otherwise. */
  readonly warning: string;
}

const MOST_LISTS = 20;

/** An answer of the agent as the page shows it. */
export function lookupView(answer: LookupAnswer): AnswerView {
  const listed = answer.verdict === 'blocked' || answer.verdict === 'partly';
  return {
    query: answer.query,
    verdict: answer.verdict,
    sentence: lookupSentence(answer),
    entries: answer.entries.map(({ table, prefix }) => ({ table: texts.policy[table], prefix })),
    lists: answer.lists.slice(0, MOST_LISTS),
    moreLists: moreThan(answer.lists.length, MOST_LISTS),
    warning: listed && !answer.enforced ? texts.lookup.notEnforced : '',
  };
}
