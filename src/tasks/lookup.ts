/** Says whether the enforced policy blocks an address, and by which entry. */
import { HostError } from '../core/errors.ts';
import { createLookup, type PrefixLookup } from '../core/prefix-lookup.ts';
import { EMPTY_TABLE, type Prefix } from '../core/prefix-list.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';
import { listOf, overlapsEntry } from '../core/prefix-order.ts';
import { hasEntry, isCovered } from '../core/prefix-search.ts';
import type { Enforced, PolicyRecord } from '../core/ports.ts';
import type { LookupAnswer } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { MAX_ENTRIES, namedLists } from './lookup-lists.ts';

/** Both tables of the policy, ready to be searched. */
export interface PolicyLookup {
  readonly block: PrefixLookup;
  readonly allow: PrefixLookup;
}

/** The tables of the policy in force, as they are on disk. */
export interface LoadedPolicy extends PolicyLookup {
  /** False when they are missing there, or damaged: both are empty then. */
  readonly onDisk: boolean;
}

/** Loads the policy's tables on first use, and again when another policy is in force. Those before are let go first. */
export function createPolicyLookup(
  ports: Pick<AgentPorts, 'history' | 'policyStore'>,
): () => Promise<LoadedPolicy> {
  let loadedFor: number | null = null;
  let loaded: Promise<LoadedPolicy> | null = null;
  return () => {
    const policy = ports.history.current();
    const takenAt = policy?.takenAt ?? null;
    if (loaded === null || takenAt !== loadedFor) {
      const loading = loadLookup(ports, policy);
      loadedFor = takenAt;
      loaded = loading;
      loading.catch(() => {
        if (loaded === loading) loaded = null;
      });
    }
    return loaded;
  };
}

async function loadLookup(
  ports: Pick<AgentPorts, 'policyStore'>,
  policy: PolicyRecord | null,
): Promise<LoadedPolicy> {
  const tables = policy === null ? null : await ports.policyStore.load(policy);
  return {
    onDisk: policy === null || tables !== null,
    block: createLookup(tables?.block ?? EMPTY_TABLE),
    allow: createLookup(tables?.allow ?? EMPTY_TABLE),
  };
}

/**
 * @param query an address or prefix
 * @param look tells whether the rules are in place
 * @throws FormatError for anything else, HostError when the tables are not on disk
 */
export async function lookUp(
  ports: Pick<AgentPorts, 'history' | 'hits' | 'policyStore'>,
  policy: LoadedPolicy,
  query: string,
  look: () => Promise<Enforced>,
): Promise<LookupAnswer> {
  const prefix = parsePrefix(query.trim());
  if (!policy.onDisk) throw notOnDisk();
  const allowed = policy.allow.find(prefix);
  const blocked = policy.block.find(prefix);
  const record = ports.history.current();
  const { rulesInPlace } = await look();
  return {
    query: formatPrefix(prefix),
    verdict: verdictOf(policy, prefix, allowed, blocked),
    entries: await namedLists(ports.policyStore, record, prefix, [
      ...allowed.map((entry) => ({ table: 'allow', entry }) as const),
      ...orParts(policy, prefix, blocked).map((entry) => ({ table: 'block', entry }) as const),
    ]),
    lists: [...(record?.blockLists ?? []), ...(record?.allowLists ?? [])],
    enforced: rulesInPlace,
    guarded: (record?.carved ?? []).filter((one) => meets(parsePrefix(one.prefix), prefix)),
    hits: isAddress(prefix) ? ports.hits.ofAddress(formatPrefix(prefix)) : null,
    ...(await pastOf(ports, prefix, blocked[0] ?? null)),
  };
}

/** What blocks all of the prefix, or the entries that block a part of it. */
function orParts(
  { block }: PolicyLookup,
  prefix: Prefix,
  blocked: readonly Prefix[],
): readonly Prefix[] {
  return blocked.length > 0 ? blocked : block.within(prefix, MAX_ENTRIES);
}

function isAddress({ family, length }: Prefix): boolean {
  return length === (family === 4 ? 32 : 128);
}

function notOnDisk(): HostError {
  return new HostError('the tables of the policy are not on disk, or damaged', {
    remedy: 'Run "tsadmin update" to read the policy again.',
  });
}

/** What the policy before says: of the prefix, and of the entry that blocks it now. */
async function pastOf(
  ports: Pick<AgentPorts, 'history' | 'policyStore'>,
  prefix: Prefix,
  entry: Prefix | null,
): Promise<Pick<LookupAnswer, 'since' | 'blockedBefore'>> {
  const before = ports.history.previous();
  const tables = before === null ? null : await ports.policyStore.load(before);
  const hadEntry = tables !== null && entry !== null && hasEntry(tables.block, entry);
  const first = hadEntry ? before : ports.history.currentSince();
  return {
    since:
      entry === null || first === null
        ? null
        : {
            version: first.version,
            takenAt: first.takenAt,
            orEarlier: hadEntry || tables === null,
          },
    blockedBefore: tables === null ? null : isCovered(tables.block, prefix),
  };
}

function meets(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && overlapsEntry(listOf(a.family, [a]), 0, listOf(b.family, [b]), 0);
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
