/** The agent: which task does what, under the lock and with a record. The work itself is in the task files. */
import { MissingListError, AgentError, SettingsError } from '../core/errors.ts';
import { resolveSettings } from '../config/settings.ts';
import type { Actor, RawSettings, Run } from '../core/ports.ts';
import { addDevice, checkLocal } from './add-device.ts';
import type { AddOptions, AddResult, Agent, EnableOptions } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import {
  awaitedConfirmation,
  confirmEnforcement,
  goBackWhenOverdue,
  noteAnswer,
} from './confirm-enforcement.ts';
import { followedSettings } from './beacon.ts';
import { describeCut } from './cut-connections.ts';
import { createCarving, type Carving } from './carve-neighbours.ts';
import { disable } from './disable.ts';
import { examine } from './doctor.ts';
import { enforceExemptions, type EnforceExemptions } from './enforce-exemptions.ts';
import { enforcePolicy, type EnforcePolicy } from './enforce-policy.ts';
import { diffPolicies } from './diff-policies.ts';
import { exemptionsTold } from './exemptions-told.ts';
import { createExemptionActions } from './exempt.ts';
import { createGlance } from './glance.ts';
import { createHitQuestions } from './hit-questions.ts';
import { followRules } from './follow-rules.ts';
import { createHitActions } from './hit-actions.ts';
import { loadSettings, requireSettings } from './load-settings.ts';
import { CHECK, WHOLE } from './look.ts';
import { createPolicyLookup, lookUp } from './lookup.ts';
import { lookUpHost } from './lookup-host.ts';
import { createComparison, listPolicies } from './policy-history.ts';
import { createProgressBoard } from './progress.ts';
import { raiseTableLimit } from './raise-table-limit.ts';
import { recordRun } from './record-run.ts';
import { removeDevice } from './remove-device.ts';
import { enableEnforcement } from './set-enabled.ts';
import { readStatus } from './status.ts';
import { supportBundle } from './support-bundle.ts';
import { createUpdate } from './update-policy.ts';
import { dropDamagedCopy, verifyEnforcement } from './verify-enforcement.ts';

/** How large work is done. */
export interface Enforcement {
  /** Puts a policy that was read in force. */
  readonly policy: EnforcePolicy;
  readonly exemptions: EnforceExemptions;
}

/** All of it here, in this thread. */
export function enforceHere(ports: AgentPorts): Enforcement {
  return {
    policy: (order, report) => enforcePolicy(ports, order, { report }),
    exemptions: (order) => enforceExemptions(ports, order),
  };
}

/** Joins the tasks to one agent over the ports of a host. */
export function createAgent(
  ports: AgentPorts,
  enforcement: Enforcement = enforceHere(ports),
): Agent {
  const policyLookup = createPolicyLookup(ports);
  const board = createProgressBoard(ports.clock);
  const glance = createGlance(ports);
  const update = createUpdate(ports, enforcement.policy, board);
  const carve = createCarving(ports);
  const lookup: Agent['lookup'] = async (query) =>
    lookUp(ports, await policyLookup(), query, glance.recent);
  return {
    add: (actor, given, options) => add(ports, update, actor, given, options),
    configure: (actor, changes) => configure(ports, actor, changes),
    update,
    enable: (actor, options) => enable(ports, actor, options),
    confirm: (actor) => confirm(ports, actor),
    goBack: () => goBackWhenOverdue(ports),
    disable: (actor, options) => disable(ports, actor, options),
    raiseTableLimit: (actor) => raise(ports, actor),
    remove: (actor) => remove(ports, actor),
    verify: (actor) => verify(ports, { update, carve }, actor),
    ...createExemptionActions(ports, enforcement.exemptions),
    ...createHitQuestions(ports),
    ...createHitActions(ports, policyLookup, board),
    status: (question) => readStatus(ports, question?.recent === true ? glance.recent : glance.now),
    awaited: () => Promise.resolve(awaitedConfirmation(ports)),
    exemptionsTold: async () => exemptionsTold(ports, await followedSettings(ports)),
    settings: () => loadSettings(ports),
    lookup,
    lookupHost: (name) => lookUpHost(ports, lookup, name),
    policies: () => listPolicies(ports),
    compare: createComparison(ports),
    diff: (limit) => diffPolicies(ports, limit),
    runs: (...question) => Promise.resolve(ports.runs.search(...question)),
    supportBundle: () => supportBundle(ports),
    doctor: () => examine(ports),
    activity: (limit) => Promise.resolve(ports.runs.recent(limit)),
    hits: (limit) => Promise.resolve(ports.hits.recent(limit)),
    progress: () => board.current(),
    close: () => ports.close(),
  };
}

async function add(
  ports: AgentPorts,
  update: Agent['update'],
  actor: Actor,
  given: RawSettings,
  options: AddOptions,
): Promise<AddResult> {
  const { run, value: notes } = await recordRun(ports, 'add', actor, async () => ({
    outcome: 'done',
    message: `Set up device ${given['device_id'] ?? ''}.`,
    value: await addDevice(ports, given, options),
  }));
  if (!options.checkPolicy) return { run, notes, update: null };
  try {
    return { run, notes, update: await update(actor) };
  } catch (error) {
    // The device is set up; the record and the service keep the failure until an update succeeds.
    if (!(error instanceof MissingListError)) throw error;
    return { run, notes: [...notes, POLICY_NOT_THERE], update: null };
  }
}

const POLICY_NOT_THERE =
  'The policy is not there yet. It may take up to 1 hour for the policy to generate if it was just created on the portal. The service tries again by itself; "tsadmin update" tries at once.';

async function configure(ports: AgentPorts, actor: Actor, changes: RawSettings): Promise<Run> {
  const work = async () => {
    const local = await ports.settingsStore.read();
    if (local === null) throw new SettingsError('this device is not set up');
    const wanted = withChanges(local, changes);
    resolveSettings(wanted, ports.portalRecord.load()?.values ?? null, ports.identity.defaults);
    await ports.settingsStore.write(wanted);
    await followOrPutBack(ports, local, changes);
    const message = `Changed ${Object.keys(changes).join(', ')}.`;
    return { outcome: 'done', message, value: null } as const;
  };
  return (await recordRun(ports, 'configure', actor, work)).run;
}

/** Settings that cannot be made rules are not kept. The sets of another prefix are made before the rules. */
async function followOrPutBack(
  ports: AgentPorts,
  before: RawSettings,
  changes: RawSettings,
): Promise<void> {
  try {
    if (changes['tsprefix'] === undefined) await followRules(ports);
    else await verifyEnforcement(ports, await requireSettings(ports), WHOLE);
  } catch (error) {
    await ports.settingsStore.write(before);
    throw error;
  }
}

/** An empty text takes the value back: what the portal sends, or the default, is in force again. */
function withChanges(local: RawSettings, changes: RawSettings): RawSettings {
  const given = Object.entries({ ...local, ...changes }).filter(([, value]) => value !== '');
  checkLocal(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== '')));
  return Object.fromEntries(given);
}

async function enable(
  ports: AgentPorts,
  actor: Actor,
  { confirmWithin = 0 }: EnableOptions = {},
): Promise<Run> {
  const work = async () => {
    const { changed, cut } = await enableEnforcement(ports, actor, confirmWithin);
    const enabled = `${changed ? 'The policy is now' : 'The policy was already'} enabled`;
    const message = `${enabled}${askedFor(ports)}.${describeCut(cut)}`;
    return { outcome: changed ? 'done' : 'unchanged', message, value: null } as const;
  };
  return (await recordRun(ports, 'enable', actor, work)).run;
}

function askedFor(ports: AgentPorts): string {
  const awaited = awaitedConfirmation(ports);
  if (awaited === null) return '';
  const seconds = Math.max(0, Math.ceil((awaited.until - ports.clock.now()) / 1000));
  return `; it goes back to disabled unless somebody confirms within ${seconds} s`;
}

async function confirm(ports: AgentPorts, actor: Actor): Promise<Run> {
  await noteAnswer(ports);
  return (await recordRun(ports, 'confirm', actor, () => confirmEnforcement(ports))).run;
}

async function raise(ports: AgentPorts, actor: Actor): Promise<Run> {
  return (await recordRun(ports, 'configure', actor, () => raiseTableLimit(ports))).run;
}

async function remove(ports: AgentPorts, actor: Actor): Promise<Run> {
  const work = async () => {
    await removeDevice(ports);
    return { outcome: 'done', message: 'ThreatSTOP was removed.', value: null } as const;
  };
  return (await recordRun(ports, 'remove', actor, work)).run;
}

/** A copy of the policy that is damaged is read again at once; whether that works is a record of its own. */
async function verify(
  ports: AgentPorts,
  { update, carve }: { readonly update: Agent['update']; readonly carve: Carving },
  actor: Actor,
): Promise<Run> {
  const copy = { damaged: false };
  const work = async () => {
    const settings = await requireSettings(ports);
    copy.damaged = await dropDamagedCopy(ports);
    const look = actor === 'schedule' ? CHECK : WHOLE;
    const mended = [...(await verifyEnforcement(ports, settings, look)), ...(await carve())];
    const message = mended.length === 0 ? 'All as it should be.' : `Mended: ${mended.join('; ')}.`;
    return { outcome: mended.length === 0 ? 'unchanged' : 'done', message, value: null } as const;
  };
  try {
    return (await recordRun(ports, 'verify', actor, work)).run;
  } finally {
    if (copy.damaged) await update(actor).catch(ignoreRecorded);
  }
}

function ignoreRecorded(error: unknown): void {
  if (!(error instanceof AgentError)) throw error;
}
