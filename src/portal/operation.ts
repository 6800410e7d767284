/** Work on whole lists, done in a thread: a policy of a million entries holds up no answer. What goes between is data. */
import { fromErrorData, toErrorData, type ErrorData } from '../core/error-data.ts';
import { AgentError } from '../core/errors.ts';
import type { Actor } from '../core/ports.ts';
import type { Environment } from '../system/proxy-setting.ts';
import type { LineError } from './model/list-text.ts';
import type { PolicyPreview } from './model/preview.ts';
import type { Published } from './model/publish.ts';
import type { FeedOutcome } from './model/refresh-feed.ts';
import { ListTextError } from './model/user-lists.ts';
import type { Policy } from './tables/policies.ts';
import type { Source } from './tables/sources.ts';
import type { ThreadTime } from './thread-clock.ts';

/** What each operation is given, and what it results in. */
export interface Operations {
  readonly preview: {
    readonly given: { readonly name: string } & Partial<Pick<Policy, 'block' | 'allow'>>;
    readonly result: PolicyPreview;
  };
  readonly publish: { readonly given: { readonly name: string }; readonly result: Published };
  readonly saveList: {
    readonly given: {
      readonly name: string;
      readonly text?: string;
      readonly note?: string;
      /** Whether there must be no list of that name yet. */
      readonly fresh: boolean;
    };
    readonly result: Source;
  };
  readonly refreshFeed: {
    readonly given: { readonly name: string; readonly accept: boolean };
    readonly result: FeedOutcome;
  };
}

/** Names of the operations. */
export type OperationName = keyof Operations;

/** What a thread is told. */
export interface OperationOrder<N extends OperationName = OperationName> extends ThreadTime {
  readonly stateDir: string;
  /** For the proxy of feeds. */
  readonly environment: Environment;
  readonly actor: Actor;
  readonly name: N;
  readonly given: Operations[N]['given'];
}

/** How it ended. */
export type OperationAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'bad-lines'; readonly lines: readonly LineError[]; readonly total: number };

/** A failure as data. @throws what is no error of this program */
export function toFailure(error: unknown): OperationAnswer {
  if (error instanceof ListTextError) {
    return { kind: 'bad-lines', lines: error.lines, total: error.total };
  }
  if (!(error instanceof AgentError)) throw error;
  return { kind: 'failed', error: toErrorData(error) };
}

/** The result. @throws the AgentError of the thread */
export function fromAnswer(answer: OperationAnswer): unknown {
  switch (answer.kind) {
    case 'done':
      return answer.result;
    case 'failed':
      throw fromErrorData(answer.error);
    case 'bad-lines':
      throw new ListTextError(answer.lines, answer.total);
  }
}
