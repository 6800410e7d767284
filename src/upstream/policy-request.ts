import { MissingListError, PolicyError } from '../core/errors.ts';
import type { PolicyRequest } from '../core/ports.ts';
import { checkName } from '../protocol/dns-name.ts';
import { ServersFailedError, type DnsServiceOptions } from './dns-client.ts';
import { ResponseError } from '../protocol/dns-response.ts';
import { RCODE } from '../protocol/dns-types.ts';
import { remedyFor } from './dns-remedy.ts';
import type { PolicyLimits } from './policy-list.ts';

/** The policy service. */
export interface PolicySourceOptions extends DnsServiceOptions {
  /** Overrides of `POLICY_LIMITS`. */
  readonly policyLimits?: Partial<PolicyLimits>;
}

/** Names of lists as they are asked for: checked, lower case. */
export interface CheckedRequest {
  readonly block: readonly string[];
  readonly allow: readonly string[];
}

/** @throws FormatError for a name that is not one; PolicyError when no list is named */
export function checkRequest(request: PolicyRequest): CheckedRequest {
  const block = request.blockLists.map(checkName);
  const allow = request.allowLists.map(checkName);
  if (block.length + allow.length === 0) {
    throw new PolicyError('No list is set, so there is no policy to read.', {
      remedy: 'Set block_list.',
    });
  }
  return { block, allow };
}

/** A {@link ServersFailedError} as a PolicyError that names the lists and what to do; anything else as it is. */
export function policyError(error: unknown, { block, allow }: CheckedRequest): unknown {
  if (!(error instanceof ServersFailedError)) return error;
  const remedies = error.failures.map((failure) => remedyFor(failure.error));
  const names = [...block, ...allow].join(', ');
  const Failure = error.failures.some((failure) => isMissing(failure.error))
    ? MissingListError
    : PolicyError;
  return new Failure(`Reading the policy (${names}) failed: ${error.message}`, {
    remedy: remedies.find((remedy) => remedy !== '') ?? '',
    cause: error,
  });
}

/** Whether a server said that there is no such name. */
function isMissing(error: unknown): boolean {
  if (error instanceof ResponseError) return error.rcode === RCODE.NXDOMAIN;
  return error instanceof Error && error.cause !== undefined && isMissing(error.cause);
}
