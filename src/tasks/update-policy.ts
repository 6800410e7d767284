/** The update as a task of the agent: settings of the portal, then the policy; with a record of what came of it. */
import { formatCount } from '../core/format-count.ts';
import type { Settings } from '../config/options.ts';
import type { Run } from '../core/ports.ts';
import type { Agent, UpdateResult } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { sendBeacon } from './beacon.ts';
import { describeCut } from './cut-connections.ts';
import { planEnforcement, type EnforcePolicy, type Refresh } from './enforce-policy.ts';
import { followPortal } from './follow-portal.ts';
import { requireSettings } from './load-settings.ts';
import type { ProgressBoard } from './progress.ts';
import { recordRun } from './record-run.ts';
import { refreshPolicy, type RefreshOptions } from './refresh-policy.ts';
import { tellExemptions } from './tell-exemptions.ts';

/** @param enforce how a policy that was read is put in force */
export function createUpdate(
  ports: AgentPorts,
  enforce: EnforcePolicy,
  board: ProgressBoard,
): Agent['update'] {
  return (actor, { plan = false, accept = false } = {}) =>
    board.during('update', (report) => {
      const order = { actor, accept, report };
      return plan ? planUpdate(ports, order) : update(ports, order, enforce);
    });
}

async function update(
  ports: AgentPorts,
  order: RefreshOptions,
  enforce: EnforcePolicy,
): Promise<UpdateResult> {
  const { actor, report } = order;
  report('asking the portal for settings');
  await followPortal(ports, actor);
  try {
    return await updatePolicy(ports, order, enforce);
  } finally {
    report('telling the portal what is enforced');
    await sendBeacon(ports);
    await tellExemptions(ports);
  }
}

async function updatePolicy(
  ports: AgentPorts,
  order: RefreshOptions,
  enforce: EnforcePolicy,
): Promise<UpdateResult> {
  const { run, value } = await recordRun(ports, 'update', order.actor, async () => {
    const settings = await requireSettings(ports);
    const refresh = await refreshPolicy(ports, settings, order, enforce);
    if (refresh.changes === null && ports.held.load() !== null) ports.held.clear();
    if (refresh.changes === null && ports.shortage.load() !== null) ports.shortage.clear();
    return {
      outcome: refresh.changes === null ? 'unchanged' : 'done',
      message: describeRefresh(refresh, 'New policy'),
      value: refresh,
    };
  });
  return resultOf(run, value);
}

/** Neither locked nor recorded: it changes nothing, and must not cover the record of a failure. */
async function planUpdate(ports: AgentPorts, order: RefreshOptions): Promise<UpdateResult> {
  const started = ports.clock.now();
  const settings = await requireSettings(ports);
  const plan: EnforcePolicy = (policy) => planEnforcement(ports, policy);
  const refresh = await refreshPolicy(readOnly(ports), settings, order, plan);
  const run: Run = {
    task: 'update',
    actor: order.actor,
    started,
    durationMs: ports.clock.now() - started,
    outcome: 'unchanged',
    message: describeRefresh(refresh, 'Would enforce'),
  };
  return resultOf(run, refresh);
}

function readOnly({ upstream, ...ports }: AgentPorts): AgentPorts {
  const policySource = (settings: Settings) => upstream.policySource(settings, true);
  return { ...ports, upstream: { ...upstream, policySource } };
}

function resultOf(run: Run, { changes, problems, notes }: Refresh): UpdateResult {
  return { run, changes, problems, notes };
}

function describeRefresh({ changes, connectionsCut }: Refresh, intro: string): string {
  if (changes === null) return 'The policy is up to date.';
  const parts = changes.map(
    ({ table, after, added, removed }) =>
      `${table} ${formatCount(after)} (+${formatCount(added)} −${formatCount(removed)})`,
  );
  return `${intro}: ${parts.join(', ')}.${describeCut({ connections: connectionsCut, problems: [] })}`;
}
