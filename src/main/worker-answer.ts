/** What goes between the service and its thread: plain data, errors of this program with class and remedy. */
import type { AgentLocation } from '../cli/context.ts';
import { fromErrorData, toErrorData, type ErrorData } from '../core/error-data.ts';
import { AgentError } from '../core/errors.ts';
import type { ProgressStep } from '../core/ports.ts';
import type { Cut } from '../tasks/cut-connections.ts';
import type { ExemptionsOrder } from '../tasks/enforce-exemptions.ts';
import type { EnforceOrder, Refresh } from '../tasks/enforce-policy.ts';

/** What the thread is to do. */
export type WorkerOrder = { readonly location: AgentLocation } & (
  | { readonly work: 'policy'; readonly order: EnforceOrder }
  /** The service holds the lock of the firewall meanwhile. */
  | { readonly work: 'exemptions'; readonly order: ExemptionsOrder }
);

/** What comes of it. */
export interface WorkerResult {
  readonly policy: Refresh;
  readonly exemptions: Cut;
}

/** How it ended. */
export type WorkerAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorData };

/** What the thread says while it works, and at last. */
export type WorkerMessage =
  WorkerAnswer | { readonly kind: 'progress'; readonly step: ProgressStep };

/** The outcome of the work as data. @throws what is no {@link AgentError} */
export async function toAnswer(work: () => Promise<unknown>): Promise<WorkerAnswer> {
  try {
    return { kind: 'done', result: await work() };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { kind: 'failed', error: toErrorData(error) };
  }
}

/** The outcome as it was in the thread. @throws AgentError of the class it had there */
export function fromAnswer(answer: WorkerAnswer): unknown {
  if (answer.kind === 'done') return answer.result;
  throw fromErrorData(answer.error);
}
