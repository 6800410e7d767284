/**
 * From the lists as read to what the firewall enforces, in order: compile → plan → check → keep on disk → apply → read
 * back → remember → cut connections. Whatever fails, the firewall keeps the policy it had. All that is needed comes in one
 * order and through ports, so that it runs in a thread of its own when the policy is large.
 */
import type { Settings } from '../config/options.ts';
import { PolicyError } from '../core/errors.ts';
import {
  compilePolicy,
  describeNote,
  type CompiledPolicy,
  type GuardedPrefix,
} from '../core/policy.ts';
import { applyExemptions } from '../core/policy-exemptions.ts';
import type { NamedTable } from '../core/policy-lists.ts';
import { checkSanity, checkSerials } from '../core/policy-sanity.ts';
import { formatPrefix } from '../core/prefix-text.ts';
import type {
  ApplyPlan,
  FetchedPolicy,
  ListTable,
  LocalPart,
  PolicyRecord,
  PolicyTables,
  PolicyVersion,
  Problem,
  Report,
  TableChange,
} from '../core/ports.ts';
import type { AgentPorts } from './agent-ports.ts';
import {
  applyOrRollBack,
  forgetOlderTables,
  localPartOf,
  refuseOnError,
  summaryOf,
} from './apply-policy.ts';
import { cutConnections, NOTHING_CUT, type Cut } from './cut-connections.ts';
import { heldProblem } from './held-problem.ts';
import { requireSettings } from './load-settings.ts';
import { compiledWith, compileOptions, isSameService, sanityOptions } from './policy-settings.ts';
import { noReport } from './progress.ts';
import { PATIENT_WAIT_MS } from './record-run.ts';

/** A policy to enforce. Plain data: it can be sent to another thread. */
export interface EnforceOrder {
  readonly fetched: FetchedPolicy;
  /** The settings it was read with. */
  readonly settings: Settings;
  readonly guard: readonly GuardedPrefix[];
  /** Take it even when it looks wrong; a version: only if it is that one. */
  readonly accept: boolean | PolicyVersion;
}

/** What a refresh did, or would do. Plain data. */
export interface Refresh {
  /** Null: the service has the policy that is enforced. */
  readonly changes: readonly TableChange[] | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** Open connections that were ended. */
  readonly connectionsCut: number;
}

/** Enforces a policy, in this thread or another. @throws as {@link enforcePolicy} */
export type EnforcePolicy = (order: EnforceOrder, report: Report) => Promise<Refresh>;

/** What it needs. */
export type EnforcePorts = Pick<
  AgentPorts,
  | 'clock'
  | 'driver'
  | 'history'
  | 'policyStore'
  | 'held'
  | 'shortage'
  | 'lock'
  | 'settingsStore'
  | 'portalRecord'
  | 'identity'
  | 'exemptions'
>;

/** What is left of an order when the tables are made. The lists themselves are not kept: they are large. */
type Made = Omit<EnforceOrder, 'fetched'> & CompiledPolicy & { readonly version: PolicyVersion };

/** The tables as they are enforced, and those without the exemptions. */
type Final = Made & { readonly local?: LocalPart; readonly base: PolicyTables };

/** What whoever lets a policy be enforced may want to know. */
export interface EnforceHooks {
  /** Called where large things are needed no more. */
  readonly letGo?: () => void;
  readonly report?: Report;
}

/**
 * @throws PolicyError, FirewallError or HostError; the tables are then what they were
 */
export function enforcePolicy(
  ports: EnforcePorts,
  order: EnforceOrder,
  { letGo = () => undefined, report = noReport }: EnforceHooks = {},
): Promise<Refresh> {
  report('compiling the policy');
  return enforceMade(ports, make(order), { letGo, report });
}

/** What enforcing it would do. Touches nothing. @throws FirewallError or HostError */
export async function planEnforcement(ports: EnforcePorts, order: EnforceOrder): Promise<Refresh> {
  const made = finish(ports, make(order));
  return resultOf(made, await check(ports, made), NOTHING_CUT);
}

function make({ fetched, settings, guard, accept }: EnforceOrder): Made {
  const compiled = compilePolicy(fetched, compileOptions(settings, guard));
  return { ...compiled, version: fetched.version, settings, guard, accept };
}

/** Puts the exemptions on top, those that are active now. */
function finish({ exemptions, clock }: EnforcePorts, made: Made): Final {
  const active = exemptions.active(clock.now());
  const base = made.tables;
  if (active.length === 0) return { ...made, base };
  const guard = made.guard.map(({ prefix }) => prefix);
  const tables = applyExemptions(base, active, guard);
  return { ...made, base, tables, local: localPartOf(base, active) };
}

function enforceMade(
  ports: EnforcePorts,
  compiled: Made,
  { letGo, report }: Required<EnforceHooks>,
): Promise<Refresh> {
  // A policy that was read is not thrown away for a check that the schedule began meanwhile.
  return ports.lock.hold('firewall', 'applying a policy', PATIENT_WAIT_MS, async () => {
    letGo();
    await refuseIfUnwanted(ports, compiled.settings);
    const made = finish(ports, compiled);
    const former = ports.history.current();
    report('comparing it with the firewall');
    const checked = await check(ports, made);
    refuseHeld(ports, made, checked);
    noteShortage(ports, checked.plan.problems);
    refuseOnError(checked.plan.problems);
    letGo();
    await keepBase(ports, made);
    await applyOrRollBack(
      ports,
      checked.plan,
      recordOf(ports, made, checked.open),
      made.lists,
      report,
    );
    ports.held.clear();
    ports.shortage.clear();
    letGo();
    const cut = await cutConnections(ports, made.settings, former, made.tables);
    await forgetOlderTables(ports);
    return resultOf(made, checked, cut);
  });
}

/** A policy that was on its way while the device was removed, or got other lists, is not applied. */
async function refuseIfUnwanted(ports: EnforcePorts, settings: Settings): Promise<void> {
  if (compiledWith(await requireSettings(ports)) === compiledWith(settings)) return;
  throw new PolicyError('the settings changed while the policy was read', {
    remedy: 'Update again.',
  });
}

/** What would change, and what speaks against it. */
interface Checked {
  readonly plan: ApplyPlan;
  /** Signs that the policy is not what was meant. */
  readonly doubts: readonly Problem[];
  /** Those of them that stay open once it is enforced: nobody accepted it. */
  readonly open: readonly Problem[];
  /** Those of them that keep it from being enforced. */
  readonly held: readonly Problem[];
}

async function check(ports: EnforcePorts, made: Made): Promise<Checked> {
  const plan = await ports.driver.plan(made.tables);
  const { settings, accept, version } = made;
  const before = ports.history.current();
  const doubts = doubtsOf(before, made);
  if (isInForce(ports, made)) return { plan, doubts, open: before?.doubts ?? [], held: [] };
  if (accept === true || accept === version) return { plan, doubts, open: [], held: [] };
  if (settings.policy_sanity !== 'hold') return { plan, doubts, open: doubts, held: [] };
  const held = doubts.map((doubt) => ({ ...doubt, severity: 'error' as const }));
  return { plan, doubts: held, open: [], held };
}

function doubtsOf(before: PolicyRecord | null, { tables, settings, version }: Made): Problem[] {
  const doubts = checkSanity(before?.tables.block ?? null, tables, sanityOptions(settings));
  if (before === null || !isSameService(before, settings)) return doubts;
  return [...checkSerials(before.version, version), ...doubts];
}

/** A policy that was accepted is read again when its copy on disk is lost, or what is guarded changed. */
function isInForce({ history }: EnforcePorts, { version, settings }: Made): boolean {
  const current = history.current();
  return current?.version === version && current.compiledWith === compiledWith(settings);
}

function refuseHeld(
  ports: EnforcePorts,
  { version }: Made,
  { held: reasons, plan }: Checked,
): void {
  if (reasons.length === 0) return;
  ports.held.save({ version, reasons, changes: plan.changes });
  const { message, remedy } = heldProblem({ version, reasons });
  throw new PolicyError(message, { remedy });
}

/** The next change of the exemptions starts from these. */
async function keepBase({ policyStore }: EnforcePorts, { base, local }: Final): Promise<void> {
  if (local === undefined) return;
  await policyStore.save(base.block, local.base.block.hash);
  await policyStore.save(base.allow, local.base.allow.hash);
}

/** What more room would end is kept, so that it can be offered. */
function noteShortage({ shortage }: EnforcePorts, problems: readonly Problem[]): void {
  const short = problems.find(({ raiseTo, severity }) => severity === 'error' && raiseTo);
  if (short?.raiseTo !== undefined) shortage.save({ ...short, raiseTo: short.raiseTo });
}

function recordOf(
  ports: EnforcePorts,
  { version, settings, guard, tables, notes, lists, local }: Final,
  open: readonly Problem[],
): PolicyRecord {
  return {
    version,
    takenAt: ports.clock.now(),
    blockLists: settings.block_list,
    allowLists: settings.allow_list,
    compiledWith: compiledWith(settings),
    tables: { block: summaryOf(tables.block), allow: summaryOf(tables.allow) },
    listTables: { block: lists.block.map(listTableOf), allow: lists.allow.map(listTableOf) },
    ...(local === undefined ? {} : { local }),
    doubts: [...open.filter(({ code }) => code !== CUT), ...cutProblems(notes)],
    notes: notes.map(describeNote),
    guard: guard.map(({ prefix }) => formatPrefix(prefix)),
    carved: notes.flatMap((note) =>
      note.kind === 'carved' ? [{ prefix: note.prefix, reason: note.reason }] : [],
    ),
  };
}

const CUT = 'policy-cut';

/** A table that lacks entries for good is no note to be read once. */
function cutProblems(notes: Made['notes']): Problem[] {
  const remedy =
    'Raise maxpolicysize, on the portal or with "tsadmin config set", or choose shorter lists.';
  return notes
    .filter(({ kind }) => kind === 'cut')
    .map((note) => ({ code: CUT, severity: 'warning', message: describeNote(note), remedy }));
}

function listTableOf({ name, table }: NamedTable): ListTable {
  return { name, ...summaryOf(table) };
}

function resultOf({ notes }: Made, { plan, doubts }: Checked, cut: Cut): Refresh {
  return {
    changes: plan.changes,
    problems: [...doubts, ...plan.problems, ...cut.problems],
    notes: notes.map(describeNote),
    connectionsCut: cut.connections,
  };
}
