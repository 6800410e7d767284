import { PolicyError } from '../core/errors.ts';
import type { FetchedPolicy, PolicyRequest, PolicySource, PolicyVersion } from '../core/ports.ts';
import { checkName } from '../protocol/dns-name.ts';
import {
  ServersFailedError,
  withServer,
  type DnsServiceOptions,
  type DnsSession,
} from './dns-client.ts';
import { remedyFor } from './dns-remedy.ts';
import { ListReader, POLICY_LIMITS, type PolicyLimits } from './policy-list.ts';
import { versionOf, zonesOf, type Zones } from './policy-version.ts';

/** The policy service. */
export interface PolicySourceOptions extends DnsServiceOptions {
  /** Overrides of {@link POLICY_LIMITS}. */
  readonly policyLimits?: Partial<PolicyLimits>;
}

/** How often a policy is read that changes while it is read. */
const MAX_READS = 3;

/** Names as they are asked for: checked, lower case. */
interface Lists {
  readonly block: readonly string[];
  readonly allow: readonly string[];
}

/**
 * Policies by DNS: `PTR` of a list gives its sub-lists, `APL` at each; else `APL` at the list; else `A` at the
 * numbered names. The SOA serial of each zone is read before and after, and all is read again when it moved.
 */
export function createPolicySource(options: PolicySourceOptions): PolicySource {
  return {
    async fetch(request, known) {
      const lists = checkRequest(request);
      try {
        return await withServer(options, (session) => readPolicy(session, lists, known, options));
      } catch (error) {
        throw policyError(error, lists);
      }
    },
  };
}

function checkRequest(request: PolicyRequest): Lists {
  const block = request.blockLists.map(checkName);
  const allow = request.allowLists.map(checkName);
  if (block.length + allow.length === 0) {
    throw new PolicyError('No list is set, so there is no policy to read.', {
      remedy: 'Set block_list.',
    });
  }
  return { block, allow };
}

async function readPolicy(
  session: DnsSession,
  lists: Lists,
  known: PolicyVersion | null,
  options: PolicySourceOptions,
): Promise<FetchedPolicy | 'unchanged'> {
  const names = [...new Set([...lists.block, ...lists.allow])];
  let before = await zonesOf(session, names, known);
  for (let reads = 0; reads < MAX_READS; reads++) {
    if (versionOf(before) === known) return 'unchanged';
    const policy = await readLists(session, lists, before, options);
    const after = await zonesOf(session, names, policy.version);
    if (versionOf(after) === policy.version) return policy;
    before = after;
  }
  throw new PolicyError(`The policy changed while it was read, ${MAX_READS} times.`, {
    remedy: 'It is tried again later.',
  });
}

async function readLists(
  session: DnsSession,
  lists: Lists,
  zones: Zones,
  options: PolicySourceOptions,
): Promise<FetchedPolicy> {
  const reader = new ListReader(session, { ...POLICY_LIMITS, ...options.policyLimits });
  const [block, allow] = await Promise.all([
    Promise.all(lists.block.map((name) => reader.read(name, zones))),
    Promise.all(lists.allow.map((name) => reader.read(name, zones))),
  ]);
  return { version: versionOf(zones), block, allow };
}

function policyError(error: unknown, lists: Lists): unknown {
  if (!(error instanceof ServersFailedError)) return error;
  const remedies = error.failures.map((failure) => remedyFor(failure.error));
  const names = [...lists.block, ...lists.allow].join(', ');
  return new PolicyError(`Reading the policy (${names}) failed: ${error.message}`, {
    remedy: remedies.find((remedy) => remedy !== '') ?? '',
    cause: error,
  });
}
