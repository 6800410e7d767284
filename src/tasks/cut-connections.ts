import { countWords } from '../core/format-count.ts';
import type { Settings } from '../config/options.ts';
import { AgentError, HostError, messageOf } from '../core/errors.ts';
import { difference } from '../core/prefix-algebra.ts';
import { EMPTY_TABLE, sizeOf, type PrefixTable } from '../core/prefix-list.ts';
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
  return cut(ports, difference(before?.block ?? EMPTY_TABLE, enforced.block).added);
}

/**
 * Ends the open connections of all that the policy in force blocks: they were opened while it was not in force. A failure
 * is a problem to show, as the rules are in place.
 */
export async function cutBlocked(
  ports: Pick<AgentPorts, 'driver' | 'policyStore' | 'history'>,
  settings: Settings,
): Promise<Cut> {
  const policy = ports.history.current();
  if (policy === null || !settings.cut_connections || ports.driver.dryRun) return NOTHING_CUT;
  const tables = await ports.policyStore.load(policy);
  if (tables !== null) return cut(ports, tables.block);
  return failed(new HostError('the tables of the policy are not on disk, or damaged'));
}

/** What came of it as sentences with a space before them; empty when there was nothing to end. */
export function describeCut({ connections, problems }: Cut): string {
  const words = countWords(connections, 'open connection', 'open connections');
  const ended = connections === 0 ? '' : ` Ended ${words}.`;
  return [ended, ...problems.map(({ message }) => ` But ${message}.`)].join('');
}

async function cut(ports: Pick<AgentPorts, 'driver'>, blocked: PrefixTable): Promise<Cut> {
  if (sizeOf(blocked) === 0) return NOTHING_CUT;
  try {
    return { connections: await ports.driver.cutConnections(blocked), problems: [] };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return failed(error);
  }
}

function failed(error: AgentError): Cut {
  const problem: Problem = {
    code: 'connections-not-cut',
    severity: 'warning',
    message: `connections that were open before the policy was in force may go on: ${messageOf(error)}`,
    remedy: error.remedy,
  };
  return { connections: 0, problems: [problem] };
}
