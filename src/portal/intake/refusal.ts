import { AgentError } from '../../core/errors.ts';

/** Statuses by which the intake says no (`docs/protocol.md`). */
export type RefusalStatus = 400 | 401 | 403 | 404 | 413 | 415 | 422;

/** A request that the intake does not take, with the status and the reason it answers. */
export class Refusal extends AgentError {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.status = status;
  }
}
