import type { Settings } from '../config/options.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import { difference } from '../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf } from '../core/prefix-list.ts';
import type { PolicyRecord, PolicyTables, Problem } from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';

/** What came of it. */
export interface Cut {
  readonly connections: number;
  readonly problems: readonly Problem[];
}

/** Nothing to end. */
export const NOTHING_CUT: Cut = { connections: 0, problems: [] };

/**
 * Ends the open connections of prefixes that the new policy blocks and the former did not. Only where the rules are
 * meant to be in place. The policy is in force already: a failure is a problem to show, not one to roll back for.
 */
export async function cutConnections(
  ports: Pick<AgentPorts, 'driver' | 'policyStore'>,
  settings: Settings,
  former: PolicyRecord | null,
  enforced: PolicyTables,
): Promise<Cut> {
  if (!settings.enabled || !settings.cut_connections) return NOTHING_CUT;
  const before = former === null ? null : await ports.policyStore.load(former);
  const { added } = difference(before?.block ?? EMPTY_TABLE, enforced.block);
  if (sizeOf(added) === 0) return NOTHING_CUT;
  try {
    return { connections: await ports.driver.cutConnections(added), problems: [] };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { connections: 0, problems: [notCut(error)] };
  }
}

function notCut(error: AgentError): Problem {
  return {
    code: 'connections-not-cut',
    severity: 'warning',
    message: `the policy is in force, but connections that were open before may go on: ${messageOf(error)}`,
    remedy: error.remedy,
  };
}
