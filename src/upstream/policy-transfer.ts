import { PolicyError } from '../core/errors.ts';
import type { FetchedPolicy, PolicySource, PolicyVersion } from '../core/ports.ts';
import { withServer, type DnsSession } from './dns-client.ts';
import { aboutList } from './dns-remedy.ts';
import { POLICY_LIMITS } from './policy-list.ts';
import {
  checkRequest,
  policyError,
  type CheckedRequest,
  type PolicySourceOptions,
} from './policy-request.ts';
import { changedZones, versionOf, zoneOf } from './policy-version.ts';
import { ZoneLists } from './zone-lists.ts';

/**
 * Policies by zone transfer (AXFR): the zones that hold the lists are read whole, the lists taken out of them. A list
 * that has the name of its zone may be a response policy zone; its `rpz-ip` triggers are the list. A transfer is
 * consistent in itself, so the serials are asked once.
 */
export function createTransferSource(options: PolicySourceOptions): PolicySource {
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

async function readPolicy(
  session: DnsSession,
  lists: CheckedRequest,
  known: PolicyVersion | null,
  options: PolicySourceOptions,
): Promise<FetchedPolicy | 'unchanged'> {
  const zones = await changedZones(session, [...lists.block, ...lists.allow], known);
  if (zones === 'unchanged') return zones;
  const serials = new Map<string, number>();
  const contents = new Map<string, ZoneLists>();
  for (const zone of zones.keys()) {
    const content = new ZoneLists(zone, { ...POLICY_LIMITS, ...options.policyLimits });
    serials.set(zone, await session.transfer(zone, (record) => content.add(record)));
    contents.set(zone, content);
  }
  const take = (name: string) => aboutList(name, () => Promise.resolve(listOf(name, contents)));
  const [block, allow] = await Promise.all([
    Promise.all(lists.block.map(take)),
    Promise.all(lists.allow.map(take)),
  ]);
  return { version: versionOf(serials), block, allow };
}

function listOf(name: string, contents: ReadonlyMap<string, ZoneLists>) {
  const content = contents.get(zoneOf(name, contents.keys()) ?? '');
  if (content === undefined) throw new PolicyError('No transferred zone holds it.');
  return content.list(name);
}
