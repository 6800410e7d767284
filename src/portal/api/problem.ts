import { STATUS_CODES } from 'node:http';
import { AgentError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { clientStatus } from '../../site/failure-status.ts';
import { statusOf } from '../admin/answer.ts';
import { ListTextError } from '../model/user-lists.ts';

/** An error as the API tells it (RFC 9457). */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** What to do. */
  readonly remedy?: string;
  /** Each thing that is wrong. */
  readonly errors?: readonly string[];
}

/** A request that is not done for reasons of the API itself. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, message: string, errors: readonly string[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** The problem for anything thrown. What is no error of ours goes to the log, not to the program that asked. */
export function problemOf(thrown: unknown, log: Log): Problem {
  if (thrown instanceof ApiRefusal) return problem(thrown.status, thrown.message, thrown);
  if (thrown instanceof ListTextError) {
    const errors = thrown.lines.map(({ line, message }) => `line ${line}: ${message}`);
    return problem(422, messageOf(thrown), { remedy: thrown.remedy, errors });
  }
  if (thrown instanceof AgentError) return problem(statusOf(thrown), messageOf(thrown), thrown);
  const status = clientStatus(thrown);
  if (status !== null) return problem(status, 'the body could not be read');
  log.error(`API: ${messageOf(thrown)}`);
  return problem(500, 'something went wrong; the log of the portal has the details');
}

function problem(
  status: number,
  detail: string,
  {
    remedy = '',
    errors = [],
  }: { readonly remedy?: string; readonly errors?: readonly string[] } = {},
): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return {
    ...{ type: 'about:blank', title, status, detail },
    ...(remedy !== '' && { remedy }),
    ...(errors.length > 0 && { errors }),
  };
}
