/** Says whether the enforced policy blocks an address, and by which entry. */
import { createLookup, type PrefixLookup } from '../core/prefix-lookup.ts';
import { EMPTY_TABLE, type Prefix } from '../core/prefix-list.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';
import type { TableName } from '../core/ports.ts';
import type { LookupAnswer } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';

/** Both tables of the policy, ready to be searched. */
export interface PolicyLookup {
  readonly block: PrefixLookup;
  readonly allow: PrefixLookup;
}

/** Entries shown at most. */
const MAX_ENTRIES = 20;

/** Loads the policy's tables on first use, and again when another policy is in force. */
export function createPolicyLookup(
  ports: Pick<AgentPorts, 'history' | 'policyStore'>,
): () => Promise<PolicyLookup> {
  let loadedFor: number | null = null;
  let loaded: PolicyLookup | null = null;
  return async () => {
    const policy = ports.history.current();
    const takenAt = policy?.takenAt ?? null;
    if (loaded === null || takenAt !== loadedFor) {
      const tables = policy === null ? null : await ports.policyStore.load(policy);
      loaded = {
        block: createLookup(tables?.block ?? EMPTY_TABLE),
        allow: createLookup(tables?.allow ?? EMPTY_TABLE),
      };
      loadedFor = takenAt;
    }
    return loaded;
  };
}

/** @param query an address or prefix. @throws FormatError for anything else */
export async function lookUp(
  ports: Pick<AgentPorts, 'history' | 'driver'>,
  policy: PolicyLookup,
  query: string,
): Promise<LookupAnswer> {
  const prefix = parsePrefix(query.trim());
  const allowed = policy.allow.find(prefix);
  const blocked = policy.block.find(prefix);
  const record = ports.history.current();
  const { rulesInPlace } = await ports.driver.verify();
  return {
    query: formatPrefix(prefix),
    verdict: verdictOf(policy, prefix, allowed, blocked),
    entries: [...named('allow', allowed), ...named('block', blocked)].slice(0, MAX_ENTRIES),
    lists: [...(record?.blockLists ?? []), ...(record?.allowLists ?? [])],
    enforced: rulesInPlace,
  };
}

function verdictOf(
  policy: PolicyLookup,
  prefix: Prefix,
  allowed: readonly Prefix[],
  blocked: readonly Prefix[],
): LookupAnswer['verdict'] {
  if (blocked.length > 0) return 'blocked';
  if (policy.block.overlaps(prefix)) return 'partly';
  return allowed.length > 0 ? 'allowed' : 'not-listed';
}

function named(table: TableName, prefixes: readonly Prefix[]): LookupAnswer['entries'] {
  return prefixes.map((prefix) => ({ table, prefix: formatPrefix(prefix) }));
}
