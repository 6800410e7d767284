/**
 * The policy path, in order: fetch all lists or none → compile → plan → check → apply → read back → remember.
 * Whatever fails, the firewall keeps the policy it had.
 */
import type { Settings } from '../config/options.ts';
import { FirewallError, PolicyError } from '../core/errors.ts';
import {
  compilePolicy,
  describeNote,
  type CompiledPolicy,
  type CompileOptions,
} from '../core/policy.ts';
import { checkSanity } from '../core/policy-sanity.ts';
import { sizeOf } from '../core/prefix-list.ts';
import type {
  ApplyPlan,
  Enforced,
  FetchedPolicy,
  PolicyRecord,
  PolicyRequest,
  PolicyTables,
  PolicyVersion,
  Problem,
  TableChange,
} from '../core/ports.ts';
import { setHash } from '../protocol/set-hash.ts';
import type { AgentPorts } from './agent-ports.ts';
import { LOCK_WAIT_MS } from './record-run.ts';

/** What the refresh needs. */
export type RefreshPorts = Pick<
  AgentPorts,
  'clock' | 'driver' | 'history' | 'lastGood' | 'lock' | 'upstream'
>;

/** What a refresh did, or would do. */
export interface Refresh {
  /** Null: the service has the policy that is enforced. */
  readonly changes: readonly TableChange[] | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * @param stillWanted asked under the firewall lock before anything changes: the settings as they are now, so that a
 *   policy that was on its way when the device was removed or got other lists is not applied
 * @throws PolicyError, FirewallError or HostError; the tables are then what they were
 */
export async function refreshPolicy(
  ports: RefreshPorts,
  settings: Settings,
  stillWanted: () => Promise<Settings>,
): Promise<Refresh> {
  const fetched = await fetchPolicy(ports, settings);
  if (fetched === 'unchanged') return UNCHANGED;
  const compiled = compilePolicy(fetched, await compileOptions(ports, settings));
  return ports.lock.hold('firewall', 'applying a policy', LOCK_WAIT_MS, async () => {
    if (compiledWith(await stillWanted()) !== compiledWith(settings)) {
      throw new PolicyError('the settings changed while the policy was read', {
        remedy: 'Update again.',
      });
    }
    const refresh = await planRefresh(ports, compiled);
    refuseOnError(refresh.problems);
    const record = recordOf(ports, settings, fetched.version, compiled.tables, refresh.notes);
    await applyOrRollBack(ports, refresh.plan, record);
    return refresh;
  });
}

/** What a refresh would do. Touches nothing. @throws PolicyError, FirewallError or HostError */
export async function planPolicy(ports: RefreshPorts, settings: Settings): Promise<Refresh> {
  const fetched = await fetchPolicy(ports, settings);
  if (fetched === 'unchanged') return UNCHANGED;
  return planRefresh(ports, compilePolicy(fetched, await compileOptions(ports, settings)));
}

const UNCHANGED: Refresh = { changes: null, problems: [], notes: [] };

async function fetchPolicy(
  ports: RefreshPorts,
  settings: Settings,
): Promise<FetchedPolicy | 'unchanged'> {
  const known = await enforcedVersion(ports, settings);
  return ports.upstream.policySource(settings).fetch(requestOf(settings), known);
}

async function planRefresh(
  ports: RefreshPorts,
  compiled: CompiledPolicy,
): Promise<Refresh & { readonly plan: ApplyPlan }> {
  const plan = await ports.driver.plan(compiled.tables);
  const before = ports.history.current()?.tables.block ?? null;
  const problems = [...checkSanity(before, compiled.tables), ...plan.problems];
  return { plan, changes: plan.changes, problems, notes: compiled.notes.map(describeNote) };
}

function requestOf(settings: Settings): PolicyRequest {
  if (settings.block_list.length === 0 && settings.allow_list.length === 0) {
    throw new PolicyError('no list is set', {
      remedy: 'Set block_list, on the portal or with "tsadmin config set block_list=…".',
    });
  }
  return { blockLists: settings.block_list, allowLists: settings.allow_list };
}

/** The version that may be answered with "unchanged": only one that is enforced, whole, with these very settings. */
async function enforcedVersion(
  ports: RefreshPorts,
  settings: Settings,
): Promise<PolicyVersion | null> {
  const current = ports.history.current();
  if (current?.compiledWith !== compiledWith(settings)) return null;
  const enforced = await ports.driver.verify();
  return holds(enforced, current) ? current.version : null;
}

function holds(enforced: Enforced, policy: Pick<PolicyRecord, 'tables'>): boolean {
  return (
    enforced.tables.block?.hash === policy.tables.block.hash &&
    enforced.tables.allow?.hash === policy.tables.allow.hash
  );
}

function compiledWith(settings: Settings): string {
  const { block_list, allow_list, maxpolicysize, compact } = settings;
  return JSON.stringify({ block_list, allow_list, maxpolicysize, compact });
}

async function compileOptions(ports: RefreshPorts, settings: Settings): Promise<CompileOptions> {
  return {
    maxPolicySize: settings.maxpolicysize,
    compact: settings.compact,
    guard: await ports.upstream.neverBlock(settings),
  };
}

function refuseOnError(problems: readonly Problem[]): void {
  const error = problems.find((problem) => problem.severity === 'error');
  if (error !== undefined) throw new FirewallError(error.message, { remedy: error.remedy });
}

/** Applies the plan, reads it back and remembers it; when any of that fails, the last good policy is put back. */
async function applyOrRollBack(
  ports: RefreshPorts,
  plan: ApplyPlan,
  record: PolicyRecord,
): Promise<void> {
  const staged = await ports.lastGood.stage(plan.wanted);
  try {
    await ports.driver.apply(plan);
    await confirm(ports, plan.wanted);
    ports.history.record(record);
  } catch (error) {
    await staged.discard();
    await rollBack(ports);
    throw error;
  }
  await staged.commit();
}

async function confirm(ports: RefreshPorts, wanted: PolicyTables): Promise<void> {
  const enforced = await ports.driver.verify();
  const same = holds(enforced, {
    tables: { block: summaryOf(wanted.block), allow: summaryOf(wanted.allow) },
  });
  if (!same) {
    throw new FirewallError('the tables do not hold what was written to them', {
      remedy: 'Another program may be changing them; see the problems on the page.',
    });
  }
}

async function rollBack(ports: RefreshPorts): Promise<void> {
  const lastGood = await ports.lastGood.load();
  if (lastGood === null) return;
  await ports.driver.apply(await ports.driver.plan(lastGood));
}

function recordOf(
  ports: RefreshPorts,
  settings: Settings,
  version: PolicyVersion,
  tables: PolicyTables,
  notes: readonly string[],
): PolicyRecord {
  return {
    version,
    takenAt: ports.clock.now(),
    blockLists: settings.block_list,
    allowLists: settings.allow_list,
    compiledWith: compiledWith(settings),
    tables: { block: summaryOf(tables.block), allow: summaryOf(tables.allow) },
    notes,
  };
}

function summaryOf(table: PolicyTables['block']): PolicyRecord['tables']['block'] {
  return { entries: sizeOf(table), hash: setHash(table) };
}
