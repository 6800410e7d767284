import type {
  AwaitedConfirmation,
  EnforcedTable,
  Exemption,
  GapRecord,
  PolicyRecord,
  Run,
} from '../core/ports.ts';
import type { Reachability, Status } from '../tasks/agent.ts';
import { duration, localTime } from './output.ts';

const SHOWN_GAPS = 3;

/** The rows of `tsadmin status` below the protection sentence: label and text. */
export function statusRows(status: Status): readonly (readonly [string, string])[] {
  const { lists, hits, refresh, upload, now } = status;
  return [
    ['Device', deviceText(status)],
    ['Package', `${status.product} ${status.version} on ${status.platform}`],
    ['Kernel', status.dryRun ? 'not touched (dry run)' : 'enforces the tables'],
    ['Block lists', lists.block.join(' ') || '-'],
    ['Allow lists', lists.allow.join(' ') || '-'],
    ['Policy', policyText(status)],
    ['Block table', tableText(status.enforced?.tables.block)],
    ['Allow table', tableText(status.enforced?.tables.allow)],
    ...roomRows(status),
    ['Rules', rulesText(status)],
    ...status.exemptions.map((one) => ['Exemption', exemptionText(one, now)] as const),
    ...(status.awaited === null ? [] : [['Confirm', confirmText(status.awaited, now)] as const]),
    ['Service', status.serviceRunning ? 'running' : 'not running'],
    ['Last update', runText(refresh.last, now)],
    ['Next update', timeText(refresh.next, now)],
    ['Last upload', runText(upload.last, now)],
    ['Next upload', timeText(upload.next, now)],
    ['Portal', portalText(status.portal, now)],
    ['Beacon', beaconText(status.beacon, now)],
    ...(status.exemptionsTold.reachable === null
      ? []
      : [['Exemptions told', beaconText(status.exemptionsTold, now)] as const]),
    ['Hits', `${hits.lastDay} in 24 h, ${hits.collected} collected`],
    ['Uploads', `${hits.uploaded} lines sent, ${hits.waiting} waiting${lagText(status)}`],
    [
      'Lost',
      `${hits.gaps} gaps in the log, ${hits.dropped} lines dropped, ${hits.unreadable} unreadable, ${hits.quarantined} batches in quarantine`,
    ],
    ...status.gaps.slice(0, SHOWN_GAPS).map((gap) => ['Gap', gapText(gap)] as const),
    ['Log lines', loggingText(status.logging)],
  ];
}

/** The status as JSON has it: field by field, so that a new field of the agent is shown on purpose only. */
export function statusJson(status: Status): object {
  const { enforced } = status;
  return {
    product: status.product,
    version: status.version,
    platform: status.platform,
    now: status.now,
    protection: status.protection,
    dryRun: status.dryRun,
    device: status.device,
    lists: status.lists,
    policy: status.policy && policyJson(status.policy),
    enforced: enforced && {
      tables: enforced.tables,
      rulesInPlace: enforced.rulesInPlace,
      capacity: enforced.capacity ?? null,
    },
    serviceRunning: status.serviceRunning,
    refresh: status.refresh,
    upload: status.upload,
    portal: status.portal,
    beacon: status.beacon,
    exemptionsTold: status.exemptionsTold,
    hits: status.hits,
    logging: status.logging,
    exemptions: status.exemptions,
    gaps: status.gaps,
    awaited: status.awaited,
    problems: status.problems,
  };
}

function policyJson({
  version,
  takenAt,
  blockLists,
  allowLists,
  tables,
  notes,
}: PolicyRecord): object {
  return { version, takenAt, blockLists, allowLists, tables, notes };
}

function exemptionText({ action, prefix, until, actor }: Exemption, now: number): string {
  const end = until === null ? 'for good' : `until ${timeText(until, now)}`;
  return `${action} ${prefix} ${end}, by ${actor}`;
}

function deviceText({ device }: Status): string {
  if (device === null) return 'not set up';
  const name = device.nickname === '' ? '' : ` (${device.nickname})`;
  return `${device.id}${name}, ${device.type}`;
}

function policyText({ policy, now }: Status): string {
  return policy === null ? 'none yet' : `${policy.version}, taken ${timeText(policy.takenAt, now)}`;
}

function tableText(table: EnforcedTable | null | undefined): string {
  if (table === undefined) return 'could not be read';
  if (table === null) return 'does not exist';
  return `${table.entries} entries, hash ${table.hash.slice(0, 16)}`;
}

/** Where the firewall has a limit for all tables together. */
function roomRows({ enforced }: Status): readonly (readonly [string, string])[] {
  if (enforced?.capacity === undefined) return [];
  const { ours, others, limit, needed } = enforced.capacity;
  const text = `${ours + others} of ${limit} table entries used (${others} by other tables), ${needed} needed to load the rules`;
  return [['Room', text]];
}

function rulesText({ enforced }: Status): string {
  if (enforced === null) return 'could not be read';
  return enforced.rulesInPlace ? 'in place' : 'not in place';
}

function confirmText({ until, actor }: AwaitedConfirmation, now: number): string {
  return `awaited until ${timeText(until, now)}, else back to disabled (enabled by ${actor}): tsadmin confirm`;
}

function gapText({ from, to, source, reason, bytes, lines }: GapRecord): string {
  const known = bytes === null ? 'size not known' : `${bytes} bytes`;
  const size = lines === null ? known : `${lines} lines`;
  return `${localTime(from)} to ${localTime(to)}, ${source}, ${size}: ${reason}`;
}

const SCOPES = {
  rules: 'of our rules',
  policy: 'of our rules, and with an address of the policy',
  all: 'all',
};

function loggingText(logging: Status['logging']): string {
  if (logging === null) return '-';
  return `${SCOPES[logging.scope]}${logging.maskLocal ? '; own addresses are left out of uploads' : ''}`;
}

function lagText({ hits: { oldestWaiting }, now }: Status): string {
  return oldestWaiting === null ? '' : `, the oldest for ${duration(now - oldestWaiting)}`;
}

function runText(run: Run | null, now: number): string {
  return run === null
    ? 'never'
    : `${timeText(run.started, now)}: ${run.outcome === 'failed' ? 'failed: ' : ''}${run.message}`;
}

function timeText(time: number | null, now: number): string {
  if (time === null) return '-';
  return `${localTime(time)} (${time > now ? `in ${duration(time - now)}` : `${duration(now - time)} ago`})`;
}

function beaconText({ reachable, asked, reason }: Reachability, now: number): string {
  if (reachable === null) return '-';
  return `${reachable ? 'taken' : `not taken: ${reason}`}, sent ${timeText(asked, now)}`;
}

function portalText({ reachable, asked, reason }: Reachability, now: number): string {
  if (reachable === null) return 'not asked yet';
  const when = asked === null ? '' : `, asked ${timeText(asked, now)}`;
  return reachable ? `reachable${when}` : `not reachable: ${reason}${when}`;
}
