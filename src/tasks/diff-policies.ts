/** What changed between the last two policies. */
import { HostError } from '../core/errors.ts';
import type { PolicyRecord, PolicyTables } from '../core/ports.ts';
import type { EntryList, PolicyDiff, TableDiff } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { findChanges } from './compare-tables.ts';

/** @param limit entries named of each table. @throws HostError when the tables are not on disk */
export async function diffPolicies(
  ports: Pick<AgentPorts, 'history' | 'policyStore'>,
  limit: number,
): Promise<PolicyDiff> {
  const after = ports.history.current();
  const before = ports.history.previous();
  if (after === null || before === null) return { after, before, tables: [] };
  const [old, now] = [await tablesOf(ports, before), await tablesOf(ports, after)];
  const tables: TableDiff[] = [];
  for (const table of ['block', 'allow'] as const) {
    const named = (change: 'added' | 'removed'): Promise<EntryList> =>
      findChanges(old[table], now[table], { change, wanted: null, offset: 0, limit });
    tables.push({ table, added: await named('added'), removed: await named('removed') });
  }
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
