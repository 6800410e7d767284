import { countIn, membersOf, parseJsonObject } from '../../core/json-text.ts';
import { printable } from '../../core/errors.ts';
import { ZONE } from '../zone/names.ts';
import type { WantedTable } from '../tables/wanted.ts';

/** What the portal understands of a beacon; a device may be of another release, so each part may be missing. */
export interface ReadBeacon {
  readonly version: string;
  readonly platform: string;
  readonly state: string;
  /** Whether the rules are in place; null: not told. */
  readonly enabled: boolean | null;
  /** Serial of the portal's zone in the policy that is enforced. */
  readonly serial: number | null;
  readonly block: WantedTable | null;
  readonly allow: WantedTable | null;
  /** Milliseconds since 1970. */
  readonly lastRefresh: number | null;
  readonly lastUpload: number | null;
  readonly waitingLines: number;
  readonly lagSeconds: number;
  readonly problems: readonly BeaconProblem[];
}

/** A problem that the device has. */
export interface BeaconProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

const LONGEST = 500;
const MOST_PROBLEMS = 20;
const HASH = /^[0-9a-f]{64}$/;

/** Reads the body of a beacon. What has another form than docs/protocol.md says counts as not told. Never throws. */
export function readBeacon(body: string): ReadBeacon {
  const beacon = parseJsonObject(body) ?? {};
  const tables = membersOf(beacon['tables']) ?? {};
  return {
    version: textOf(beacon['version']),
    platform: textOf(beacon['platform']),
    state: textOf(beacon['state']),
    enabled: typeof beacon['enabled'] === 'boolean' ? beacon['enabled'] : null,
    serial: serialIn(textOf(beacon['policy'])),
    block: tableOf(tables['block']),
    allow: tableOf(tables['allow']),
    lastRefresh: timeOf(beacon['last_refresh']),
    lastUpload: timeOf(beacon['last_upload']),
    waitingLines: countIn(beacon['waiting_lines']) ?? 0,
    lagSeconds: countIn(beacon['lag_seconds']) ?? 0,
    problems: problemsOf(beacon['problems']),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? printable(value.slice(0, LONGEST)) : '';
}

/** `threatstop.local=2026112001`, perhaps with other zones, separated by blanks or commas. */
function serialIn(policy: string): number | null {
  const words = policy.split(/[\s,;]+/);
  const serial = words.find((word) => word.startsWith(`${ZONE}=`))?.slice(ZONE.length + 1) ?? '';
  return /^\d{1,10}$/.test(serial) ? Number(serial) : null;
}

function tableOf(value: unknown): WantedTable | null {
  const { entries, hash } = membersOf(value) ?? {};
  const count = countIn(entries);
  return count !== null && typeof hash === 'string' && HASH.test(hash)
    ? { entries: count, hash }
    : null;
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value.slice(0, 40)) : NaN;
  return Number.isNaN(time) ? null : time;
}

function problemsOf(value: unknown): readonly BeaconProblem[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_PROBLEMS).map((one) => {
    const { code, severity, message } = membersOf(one) ?? {};
    return {
      code: textOf(code),
      severity: severity === 'error' ? 'error' : 'warning',
      message: textOf(message),
    };
  });
}
