import type { AnswerRecord, EncodedRecords, Question } from '../../protocol/dns-message.ts';

/** A query that is well formed and, where it carries a signature, rightly signed. */
export interface Query {
  readonly question: Question;
  /** Name of the key it is signed with, lower case; null without a signature. */
  readonly keyName: string | null;
  /** Address of the other end, as the socket tells it. */
  readonly peer: string;
  readonly transport: Transport;
  /** IXFR: serial of the version that the client has; else null. */
  readonly since: number | null;
}

/** How a query came. */
export type Transport = 'tcp' | 'udp';

/** What a resolver says to a query. */
export interface Answer {
  readonly rcode: number;
  /** AA: said by a server of the zone. */
  readonly authoritative?: boolean;
  readonly answers?: readonly AnswerRecord[];
  /** Records of the question's name, written before. */
  readonly encoded?: EncodedRecords;
  readonly authority?: readonly AnswerRecord[];
  /** Instead of `answers`: the records of a transfer, in as many messages as they need. */
  readonly transfer?: Iterable<AnswerRecord>;
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
