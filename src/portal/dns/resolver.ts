import type { AnswerRecord, Question } from '../../protocol/dns-message.ts';

/** A query that is well formed and, where it carries a signature, rightly signed. */
export interface Query {
  readonly question: Question;
  /** Name of the key it is signed with, lower case; null without a signature. */
  readonly keyName: string | null;
}

/** What a resolver says to a query. */
export interface Answer {
  readonly rcode: number;
  /** AA: said by a server of the zone. */
  readonly authoritative?: boolean;
  readonly answers?: readonly AnswerRecord[];
  readonly authority?: readonly AnswerRecord[];
}

/** One link of a chain: an answer, or null to leave the query to the next one. */
export type Resolver = (query: Query) => Answer | null;

/** Asks the resolvers in their order; the last one must answer everything. */
export function chain(
  ...resolvers: readonly [...Resolver[], (query: Query) => Answer]
): (query: Query) => Answer {
  return (query) => {
    for (const resolver of resolvers) {
      const answer = resolver(query);
      if (answer !== null) return answer;
    }
    throw new Error('the last resolver of a chain left a query open');
  };
}
