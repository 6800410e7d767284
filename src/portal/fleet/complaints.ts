/** What is wrong with a device, as far as the portal knows. Pure. */
import { isNewerSerial } from '../../core/zone-serial.ts';
import { nameOf, type Device } from '../tables/devices.ts';
import type { WantedPolicy } from '../tables/wanted.ts';
import type { ReadBeacon } from './read-beacon.ts';

/** All that is known about a device. Times are milliseconds since 1970. */
export interface DeviceFacts {
  readonly device: Device;
  /** Its last beacon, and when it came; null: none ever did. */
  readonly beacon: ReadBeacon | null;
  readonly heard: number | null;
  readonly wanted: WantedPolicy | null;
  readonly now: number;
  /** Since when the portal has listened: before that no device could be heard. */
  readonly listening: number;
}

/** Codes of complaints, which are also the codes of the portal's problems. */
export const COMPLAINT_CODES = [
  'device-silent',
  'device-not-protecting',
  'device-behind',
  'device-differs',
  'device-problem',
  'device-late-uploads',
] as const;

/** Something that is wrong with a device. Its words do not change while it lasts. */
export interface Complaint {
  readonly code: (typeof COMPLAINT_CODES)[number];
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly remedy: string;
}

/** How what a device enforces compares with what is published. */
export type Match = 'same' | 'behind' | 'differs' | 'unknown';

const POLLS = 3;
const SLACK_MS = 60_000;
const DEFAULT_INTERVAL_S = 900;
const WIDTHS = ['compact', 'maxpolicysize', 'widest_block_v4', 'widest_block_v6'];

/** What is wrong; nothing more than the silence for one that is silent. */
export function complaintsOf(facts: DeviceFacts): readonly Complaint[] {
  if (isSilent(facts)) return [silent(facts)];
  if (facts.beacon === null) return [];
  return [
    notProtecting(facts.beacon),
    behindOrDiffers(facts, facts.beacon),
    ownProblems(facts.beacon),
    lateUploads(facts, facts.beacon),
  ].filter((one) => one !== null);
}

/** Whether it has missed three polls. One that was never heard is not set up yet; one set up by hand sends no beacons. */
export function isSilent({ device, heard, now, listening }: DeviceFacts): boolean {
  if (heard === null) return false;
  const interval = secondsOf(device, 'settings_interval') * 1000;
  return now - Math.max(heard, listening) > POLLS * interval + SLACK_MS;
}

/** Compares the serial, and of the same serial the tables. */
export function matchOf({ device, wanted }: DeviceFacts, beacon: ReadBeacon): Match {
  if (wanted === null || beacon.serial === null) return 'unknown';
  if (isNewerSerial(wanted.serial, beacon.serial)) return 'behind';
  if (beacon.block === null) return 'unknown';
  if (hasTables(beacon, wanted)) return 'same';
  // Limits of its own make other tables of the same policy.
  return WIDTHS.some((name) => device.settings[name] !== undefined) ? 'unknown' : 'differs';
}

function hasTables({ block, allow }: ReadBeacon, wanted: WantedPolicy): boolean {
  if (block?.hash !== wanted.block.hash) return false;
  return allow === null ? wanted.allow.entries === 0 : allow.hash === wanted.allow.hash;
}

function silent({ device }: DeviceFacts): Complaint {
  const minutes = Math.round((POLLS * secondsOf(device, 'settings_interval')) / 60);
  return {
    code: 'device-silent',
    severity: 'error',
    message: `The device ${nameOf(device)} was not heard for more than ${minutes} minutes.`,
    remedy: 'See whether it is up, and run "tsadmin doctor" on it.',
  };
}

function notProtecting({ enabled, state }: ReadBeacon): Complaint | null {
  if (enabled !== false && state !== 'not-protecting') return null;
  return {
    code: 'device-not-protecting',
    severity: state === 'disabled' || state === 'not-set-up' ? 'warning' : 'error',
    message: `It does not protect (${state === '' ? 'unknown' : state}): its rules are not all in place.`,
    remedy: 'Run "tsadmin status" on it; "tsadmin enable" puts the rules in place.',
  };
}

function behindOrDiffers(facts: DeviceFacts, beacon: ReadBeacon): Complaint | null {
  const { device, wanted, now } = facts;
  const match = matchOf(facts, beacon);
  if (wanted === null || (match !== 'behind' && match !== 'differs')) return null;
  const allowed =
    (2 * secondsOf(device, 'policy_interval') + secondsOf(device, 'settings_interval')) * 1000;
  if (now - wanted.since <= allowed + SLACK_MS) return null;
  if (match === 'behind') {
    return {
      code: 'device-behind',
      severity: 'error',
      message: `It enforces serial ${beacon.serial ?? 'none'} of its policy; published is ${wanted.serial}.`,
      remedy: 'Run "tsadmin update" on it and see what it says.',
    };
  }
  return {
    code: 'device-differs',
    severity: 'warning',
    message: `Its tables are not those of its policy: ${beacon.block?.entries ?? 0} entries to block, ${wanted.block.entries} published.`,
    remedy:
      'Exemptions, guarded addresses and limits on the device do that; "tsadmin status" shows them.',
  };
}

function ownProblems({ problems }: ReadBeacon): Complaint | null {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return null;
  return {
    code: 'device-problem',
    severity: 'error',
    message: `It has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}: ${errors.map(({ code }) => code).join(', ')}.`,
    remedy: errors[0]?.message ?? '',
  };
}

function lateUploads({ device }: DeviceFacts, beacon: ReadBeacon): Complaint | null {
  const limit = POLLS * secondsOf(device, 'upload_interval') + SLACK_MS / 1000;
  if (beacon.waitingLines === 0 || beacon.lagSeconds <= limit) return null;
  return {
    code: 'device-late-uploads',
    severity: 'warning',
    message: 'Its hits have been waiting for more than three uploads.',
    remedy: 'Run "tsadmin logs" on it and see what it says.',
  };
}

function secondsOf({ settings }: Device, name: string): number {
  const seconds = Number(settings[name]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_INTERVAL_S;
}
