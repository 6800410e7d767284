import { PolicyError } from '../core/errors.ts';
import type { FetchedPolicy, PolicySource, PolicyVersion, Report } from '../core/ports.ts';
import { versionOf, type Zones } from '../core/zone-serial.ts';
import { withServer, type DnsSession } from './dns-client.ts';
import { ListReader, POLICY_LIMITS } from './policy-list.ts';
import {
  checkRequest,
  policyError,
  type CheckedRequest,
  type PolicySourceOptions,
} from './policy-request.ts';
import { changedZones, zonesOf } from './policy-version.ts';

export type { PolicySourceOptions } from './policy-request.ts';

/** How often a policy is read that changes while it is read. */
const MAX_READS = 3;

/**
 * Policies by DNS: `PTR` of a list gives its sub-lists, `APL` at each; else `APL` at the list; else `A` at the
 * numbered names. The SOA serial of each zone is read before and after, and all is read again when it moved.
 */
export function createPolicySource(options: PolicySourceOptions): PolicySource {
  return {
    async fetch(request, known, report = () => undefined) {
      const lists = checkRequest(request);
      try {
        return await withServer(options, (session) =>
          readPolicy(session, lists, known, { ...options, report }),
        );
      } catch (error) {
        throw policyError(error, lists);
      }
    },
  };
}

type ReadOptions = PolicySourceOptions & { readonly report: Report };

async function readPolicy(
  session: DnsSession,
  lists: CheckedRequest,
  known: PolicyVersion | null,
  options: ReadOptions,
): Promise<FetchedPolicy | 'unchanged'> {
  const names = [...new Set([...lists.block, ...lists.allow])];
  let before = await changedZones(session, names, known);
  for (let reads = 0; reads < MAX_READS; reads++) {
    if (before === 'unchanged' || versionOf(before) === known) return 'unchanged';
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
  lists: CheckedRequest,
  zones: Zones,
  options: ReadOptions,
): Promise<FetchedPolicy> {
  const reader = new ListReader(
    session,
    { ...POLICY_LIMITS, ...options.policyLimits },
    options.report,
  );
  const [block, allow] = await Promise.all([
    Promise.all(lists.block.map((name) => reader.read(name, zones))),
    Promise.all(lists.allow.map((name) => reader.read(name, zones))),
  ]);
  return { version: versionOf(zones), block, allow };
}
