/** The reports of a fleet, for pages, programs and the command line. Times are milliseconds since 1970 (UTC). */
import type { HitStore, HourCount, ReportFilter, ReportKind } from '../hits/hit-store.ts';
import type { Store } from '../store.ts';
import { nameOf } from '../tables/devices.ts';

/** Hits of one hour or one day, by direction, blocked or let through. */
export interface SpanCount {
  /** Its start. */
  readonly time: number;
  readonly blockedIn: number;
  readonly blockedOut: number;
  readonly passedIn: number;
  readonly passedOut: number;
}

/** A name with the blocked hits it stands for. */
export interface TopEntry {
  readonly name: string;
  /** For a device its nickname, if it has one; else the name. */
  readonly label: string;
  readonly hits: number;
}

/** What reports are made from. */
export interface ReportPorts {
  readonly store: Store;
  readonly hits: HitStore;
}

/** Width of a bar. */
export type Step = 'hour' | 'day';

const STEP_MS: Readonly<Record<Step, number>> = { hour: 3_600_000, day: 86_400_000 };
const EMPTY = { blockedIn: 0, blockedOut: 0, passedIn: 0, passedOut: 0 };
/** Names of one list, at most. */
export const MOST_NAMES = 1_000;

/** Hits over time, oldest first; hours or days (UTC) without hits are left out. */
export async function hitsOverTime(
  hits: HitStore,
  filter: ReportFilter,
  step: Step,
): Promise<readonly SpanCount[]> {
  const spans = new Map<number, SpanCount>();
  for (const count of await hits.hourly(filter)) {
    const time = Math.floor(count.time / STEP_MS[step]) * STEP_MS[step];
    const span = spans.get(time) ?? { time, ...EMPTY };
    const column = columnOf(count);
    spans.set(time, { ...span, [column]: span[column] + count.hits });
  }
  return [...spans.values()];
}

function columnOf({ direction, blocked }: HourCount): keyof typeof EMPTY {
  if (blocked) return direction === 'in' ? 'blockedIn' : 'blockedOut';
  return direction === 'in' ? 'passedIn' : 'passedOut';
}

/**
 * The names with the most blocked hits: `remote` addresses, `port`s, `device`s, or `inside` hosts that called out, which is
 * where to look for an infected machine. Whole days, unless the filter has an address, a port or a direction.
 */
export async function topNames(
  { store, hits }: ReportPorts,
  kind: ReportKind,
  filter: ReportFilter,
  limit: number,
): Promise<readonly TopEntry[]> {
  const names = await hits.top(kind, filter, Math.min(limit, MOST_NAMES));
  return names.map(({ name, hits: count }) => ({
    name,
    label: kind === 'device' ? labelOf(store, name) : name,
    hits: count,
  }));
}

/** What people call a device, also one that is not known. */
export function labelOf(store: Store, deviceId: string): string {
  return nameOf(store.devices.get(deviceId) ?? { id: deviceId, nickname: '' });
}
