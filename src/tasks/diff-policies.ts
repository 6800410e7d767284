/** What changed between the last two policies. */
import { HostError } from '../core/errors.ts';
import { difference } from '../core/prefix-algebra.ts';
import { sizeOf, type PrefixTable } from '../core/prefix-list.ts';
import { formatPrefix, prefixAt } from '../core/prefix-text.ts';
import type { PolicyRecord, PolicyTables } from '../core/ports.ts';
import type { EntryList, PolicyDiff } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';

/** @param limit entries named of each table. @throws HostError when the tables are not on disk */
export async function diffPolicies(
  ports: Pick<AgentPorts, 'history' | 'policyStore'>,
  limit: number,
): Promise<PolicyDiff> {
  const after = ports.history.current();
  const before = ports.history.previous();
  if (after === null || before === null) return { after, before, tables: [] };
  const [old, now] = [await tablesOf(ports, before), await tablesOf(ports, after)];
  const tables = (['block', 'allow'] as const).map((table) => {
    const { added, removed } = difference(old[table], now[table]);
    return { table, added: named(added, limit), removed: named(removed, limit) };
  });
  return { after, before, tables };
}

async function tablesOf(
  ports: Pick<AgentPorts, 'policyStore'>,
  policy: PolicyRecord,
): Promise<PolicyTables> {
  const tables = await ports.policyStore.load(policy);
  if (tables !== null) return tables;
  throw new HostError(`the tables of the policy ${policy.version} are not on disk, or damaged`, {
    remedy: 'There is a difference to show again after the next two policies.',
  });
}

function named(table: PrefixTable, limit: number): EntryList {
  const { v4, v6 } = table;
  const count = sizeOf(table);
  const entries = Array.from({ length: Math.min(count, limit) }, (_, index) =>
    formatPrefix(index < v4.size ? prefixAt(v4, index) : prefixAt(v6, index - v4.size)),
  );
  return { count, entries };
}
