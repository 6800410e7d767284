/** What goes between the service and its thread: plain data, errors of this program with class and remedy. */
import type { AgentLocation } from '../cli/context.ts';
import * as errors from '../core/errors.ts';
import type { EnforceOrder, Refresh } from '../tasks/enforce-policy.ts';

/** What the thread is to do. */
export interface WorkerOrder {
  readonly location: AgentLocation;
  readonly order: EnforceOrder;
}

/** How it ended. */
export type WorkerAnswer =
  | { readonly kind: 'done'; readonly refresh: Refresh }
  | {
      readonly kind: 'failed';
      readonly name: ErrorName;
      readonly message: string;
      readonly remedy: string;
    };

/** The errors that people are to see; anything else is a fault of the program and ends the thread. */
const CLASSES = {
  AgentError: errors.AgentError,
  SettingsError: errors.SettingsError,
  PolicyError: errors.PolicyError,
  FormatError: errors.FormatError,
  PortalError: errors.PortalError,
  FirewallError: errors.FirewallError,
  HostError: errors.HostError,
  BusyError: errors.BusyError,
};

type ErrorName = keyof typeof CLASSES;

/** The outcome of the work as data. @throws what is no {@link errors.AgentError} */
export async function toAnswer(work: () => Promise<Refresh>): Promise<WorkerAnswer> {
  try {
    return { kind: 'done', refresh: await work() };
  } catch (error) {
    if (!(error instanceof errors.AgentError)) throw error;
    const name = Object.hasOwn(CLASSES, error.name) ? (error.name as ErrorName) : 'AgentError';
    return { kind: 'failed', name, message: error.message, remedy: error.remedy };
  }
}

/** The outcome as it was in the thread. @throws AgentError of the class it had there */
export function fromAnswer(answer: WorkerAnswer): Refresh {
  if (answer.kind === 'done') return answer.refresh;
  throw new CLASSES[answer.name](answer.message, { remedy: answer.remedy });
}
