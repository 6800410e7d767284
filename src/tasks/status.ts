/** The one picture of the device that the page, `tsadmin status` and the beacon show. */
import type { Settings } from '../config/options.ts';
import type { ResolvedSettings } from '../config/settings.ts';
import { AgentError, messageOf } from '../core/errors.ts';
import { confirmationProblems } from '../core/confirmation.ts';
import type { Enforced, PolicyRecord, Problem, Run, SentBeacon } from '../core/ports.ts';
import type { Protection, Reachability, Status } from './agent.ts';
import type { AgentPorts } from './agent-ports.ts';
import { awaitedConfirmation } from './confirm-enforcement.ts';
import { contestProblems } from './contest.ts';
import { isUnsettled } from './exempt.ts';
import { exemptionsTold } from './exemptions-told.ts';
import { hitProblems } from './hit-problems.ts';
import { heldProblem } from './held-problem.ts';
import { loadSettings } from './load-settings.ts';
import { GLANCE } from './look.ts';
import { driftOf } from './verify-enforcement.ts';

/** A service that has not beaten for this long is not running. */
const BEAT_LIMIT_MS = 60_000;
const SHOWN_GAPS = 10;

/**
 * Reads settings and records; asks nobody else.
 * @param look tells what the firewall holds; by default it is looked at now
 */
export async function readStatus(
  ports: AgentPorts,
  look: () => Promise<Enforced> = () => ports.driver.verify(GLANCE),
): Promise<Status> {
  const now = ports.clock.now();
  const settings = await attempt(() => loadSettings(ports), 'settings-unusable');
  const enforced = await attempt(look, 'firewall-unreadable');
  const policy = ports.history.current();
  const portal = portalOf(ports, settings.value);
  const problems = [
    ...settings.problems,
    ...enforced.problems,
    ...(enforced.value?.problems ?? []),
    ...(settings.value === null ? [] : openProblems(ports, portal)),
    ...(policy?.doubts ?? []),
    ...(await copyProblems(ports, policy)),
    ...confirmationProblems(ports.confirmation.load(), now),
    ...contestProblems(ports, now),
    ...hitProblems(ports, now),
    ...ports.serviceProblems(),
  ];
  const beat = ports.schedule.lastBeat();
  return {
    ...identityOf(ports),
    now,
    protection: protectionOf(ports, settings, enforced.value, policy),
    awaited: settings.value?.values.enabled === true ? awaitedConfirmation(ports) : null,
    problems: problems.toSorted((a, b) => rank(a) - rank(b)),
    ...deviceOf(settings.value),
    policy,
    held: settings.value === null ? null : ports.held.load(),
    enforced: enforced.value,
    serviceRunning: isServiceRunning(beat, now),
    refresh: { last: ports.runs.last('update'), next: ports.schedule.next('update') },
    upload: { last: ports.runs.last('logs'), next: ports.schedule.next('logs') },
    portal,
    beacon: sentState(settings.value, ports.beacons.load()),
    exemptionsTold: exemptionsTold(ports, followedBy(settings.value)),
    hits: ports.hits.counts(),
    logging: loggingOf(settings.value),
    exemptions: ports.exemptions.active(now),
    gaps: ports.hits.gaps(SHOWN_GAPS),
  };
}

/** @param beat when the service said last that it lives */
export function isServiceRunning(beat: number | null, now: number): boolean {
  return beat !== null && now - beat < BEAT_LIMIT_MS;
}

interface Attempt<T> {
  readonly value: T | null;
  readonly problems: readonly Problem[];
}

async function attempt<T>(work: () => Promise<T>, code: string): Promise<Attempt<T>> {
  try {
    return { value: await work(), problems: [] };
  } catch (error) {
    const remedy = error instanceof AgentError ? error.remedy : '';
    return {
      value: null,
      problems: [{ code, severity: 'error', message: messageOf(error), remedy }],
    };
  }
}

function identityOf(ports: AgentPorts) {
  const { product, release, platform } = ports.identity;
  return { product, version: release, platform, dryRun: ports.driver.dryRun };
}

function deviceOf(settings: ResolvedSettings | null): Pick<Status, 'device' | 'lists'> {
  if (settings === null) return { device: null, lists: { block: [], allow: [] } };
  const { device_id: id, nickname, type, block_list: block, allow_list: allow } = settings.values;
  return { device: { id, nickname, type }, lists: { block, allow } };
}

function loggingOf(settings: ResolvedSettings | null): Status['logging'] {
  if (settings === null) return null;
  const { log_scope: scope, log_mask_local: maskLocal } = settings.values;
  return { scope, maskLocal };
}

function portalOf(ports: AgentPorts, settings: ResolvedSettings | null): Reachability {
  const last = settings?.values.type === 'auto' ? ports.runs.last('settings') : null;
  if (last === null) return { reachable: null, asked: null, reason: '' };
  const failed = last.outcome === 'failed';
  return { reachable: !failed, asked: last.started, reason: failed ? last.message : '' };
}

function followedBy(settings: ResolvedSettings | null): Settings | null {
  return settings?.values.type === 'auto' ? settings.values : null;
}

function sentState(settings: ResolvedSettings | null, sent: SentBeacon | null): Reachability {
  const last = followedBy(settings) === null ? null : sent;
  if (last === null) return { reachable: null, asked: null, reason: '' };
  return { reachable: last.reason === '', asked: last.sent, reason: last.reason };
}

function openProblems(ports: AgentPorts, portal: Reachability): Problem[] {
  const [held, shortage] = [ports.held.load(), ports.shortage.load()];
  // What is told with a remedy of its own is not told as a failed update as well.
  const told = [
    ...(held === null ? [] : [held.version]),
    ...(shortage === null ? [] : [shortage.message]),
  ];
  const failures = failureProblems(ports, portal).filter(
    ({ message }) => !told.some((words) => message.includes(words)),
  );
  return [
    ...(held === null ? [] : [heldProblem(held)]),
    ...(shortage === null ? [] : [shortage]),
    ...failures,
  ];
}

/** Without its copy on disk a policy does not survive a reboot, and cannot be put back. */
async function copyProblems(
  ports: AgentPorts,
  policy: PolicyRecord | null,
): Promise<readonly Problem[]> {
  if (policy === null || (await ports.policyStore.has(policy))) return [];
  return [
    {
      code: 'policy-copy-missing',
      severity: 'warning',
      message:
        'the copy of the policy on disk is missing or was damaged: the firewall still enforces it, but it cannot be put back, nor loaded at the next start',
      remedy: 'It is written again when the policy is read; run "tsadmin update" to do so now.',
    },
  ];
}

/** A task whose last run failed is an open problem until it succeeds. */
function failureProblems(ports: AgentPorts, portal: Reachability): Problem[] {
  const problems: Problem[] = [];
  const add = (code: string, severity: Problem['severity'], run: Run | null): void => {
    if (run?.outcome !== 'failed') return;
    problems.push({ code, severity, message: run.message, remedy: '' });
  };
  add('policy-not-refreshed', 'warning', ports.runs.last('update'));
  // A refused device is a problem of its own, with a remedy.
  if (ports.hits.denial() === null) add('hits-not-uploaded', 'warning', ports.runs.last('logs'));
  add('log-not-read', 'warning', ports.runs.last('collect'));
  if (isUnsettled(ports)) add('exemptions-not-in-force', 'warning', ports.runs.last('exempt'));
  add('enforcement-not-mended', 'error', ports.runs.last('verify'));
  if (portal.reachable === false) {
    add('portal-not-reachable', 'warning', ports.runs.last('settings'));
  }
  return problems;
}

function protectionOf(
  ports: AgentPorts,
  settings: Attempt<ResolvedSettings | null>,
  enforced: Enforced | null,
  policy: PolicyRecord | null,
): Protection {
  const [unusable] = settings.problems;
  if (unusable !== undefined) return notProtecting(unusable.message, unusable.remedy);
  if (settings.value === null) {
    return {
      state: 'not-set-up',
      sentence: 'This device is not set up.',
      remedy: 'Run "tsadmin add", or use the set-up form of the page.',
    };
  }
  if (!settings.value.values.enabled) return disabled(policy);
  return enabledProtection(ports, enforced, policy);
}

function disabled(policy: PolicyRecord | null): Protection {
  return policy === null
    ? {
        state: 'disabled',
        sentence: 'Disabled: there is no policy yet.',
        remedy: 'Run "tsadmin update", or Update now on the page.',
      }
    : {
        state: 'disabled',
        sentence: 'Disabled: the policy is loaded, nothing is blocked.',
        remedy: 'Enable it with the switch, or with "tsadmin enable".',
      };
}

function enabledProtection(
  ports: AgentPorts,
  enforced: Enforced | null,
  policy: PolicyRecord | null,
): Protection {
  if (enforced === null) {
    return notProtecting('the firewall could not be read', 'See the problems below.');
  }
  if (policy === null) {
    return notProtecting('there is no policy', 'Run "tsadmin update", or Update now on the page.');
  }
  if (!enforced.rulesInPlace) {
    return notProtecting('the rules are not in place', 'Run "tsadmin enable".');
  }
  // Rules in place see nothing of what the host bridges.
  const bridged = enforced.problems.find(({ code }) => code === 'bridge-not-filtered');
  if (bridged !== undefined) return notProtecting(bridged.message, bridged.remedy);
  const drifted = driftOf(enforced, policy);
  if (drifted.length > 0) {
    return notProtecting(
      `${drifted.join(' and ')} ${drifted.length === 1 ? 'does' : 'do'} not hold the policy`,
      'Run "tsadmin update".',
    );
  }
  return ports.driver.dryRun
    ? {
        state: 'dry-run',
        sentence:
          'Enabled as a dry run: tables and rules are written to files, the kernel is not touched.',
        remedy: '',
      }
    : { state: 'protected', sentence: 'Protected: the firewall enforces the policy.', remedy: '' };
}

function notProtecting(reason: string, remedy: string): Protection {
  return { state: 'not-protecting', sentence: `Not protecting: ${reason}.`, remedy };
}

/** Errors first. */
function rank({ severity }: Problem): number {
  return severity === 'error' ? 0 : 1;
}
