/** The state of all devices in service. Times are milliseconds since 1970. */
import type { Store } from '../store.ts';
import { nameOf, type Device } from '../tables/devices.ts';
import type { PortalProblem } from '../tables/problems.ts';
import type { WantedTable } from '../tables/wanted.ts';
import {
  COMPLAINT_CODES,
  complaintsOf,
  isSilent,
  matchOf,
  type Complaint,
  type DeviceFacts,
  type Match,
} from './complaints.ts';
import { readBeacon, type ReadBeacon } from './read-beacon.ts';

/** One device. */
export interface FleetDevice {
  readonly id: string;
  /** Nickname, else id. */
  readonly name: string;
  readonly policy: string | null;
  /** `new`: no beacon ever came, as from one that is not set up yet or was set up by hand. */
  readonly health: 'fine' | 'warning' | 'error' | 'silent' | 'new';
  /** As the device says it; empty: unknown. */
  readonly version: string;
  readonly platform: string;
  readonly state: string;
  /** SOA serial that it enforces, and the one that its policy is published under. */
  readonly serial: number | null;
  readonly published: number | null;
  readonly match: Match;
  /** The block table that it enforces, and the one that is published; null: not told, not known. */
  readonly enforced: WantedTable | null;
  readonly wanted: WantedTable | null;
  readonly heard: number | null;
  readonly lastRefresh: number | null;
  /** When the portal took its last batch. */
  readonly lastUpload: number | null;
  readonly waitingLines: number;
  readonly complaints: readonly Complaint[];
}

/** All of them. */
export interface Fleet {
  readonly counts: Readonly<Record<FleetDevice['health'] | 'all', number>>;
  /** Those with the worst health first, then by name. */
  readonly devices: readonly FleetDevice[];
}

const ORDER: readonly FleetDevice['health'][] = ['silent', 'error', 'warning', 'new', 'fine'];

/** @param listening since when the portal listens; default: for ever */
export function fleetOf(store: Store, now: number, listening = 0): Fleet {
  const received = store.batchStates.lastReceived();
  const devices = store.devices
    .all()
    .map((device) =>
      fleetDevice(factsOf(store, device, { now, listening }), received.get(device.id) ?? null),
    )
    .toSorted(
      (a, b) => ORDER.indexOf(a.health) - ORDER.indexOf(b.health) || (a.name < b.name ? -1 : 1),
    );
  const counts = { all: devices.length, fine: 0, warning: 0, error: 0, silent: 0, new: 0 };
  for (const { health } of devices) counts[health] += 1;
  return { counts, devices };
}

/** One of them. @param times see {@link fleetOf} */
export function fleetDeviceOf(
  store: Store,
  device: Device,
  times: { readonly now: number; readonly listening: number },
): FleetDevice {
  const lastUpload = store.batchStates.lastReceived().get(device.id) ?? null;
  return fleetDevice(factsOf(store, device, times), lastUpload);
}

function factsOf(
  store: Store,
  device: Device,
  times: { now: number; listening: number },
): DeviceFacts {
  const stored = store.beacons.get(device.id);
  return {
    device,
    beacon: stored === null ? null : readBeacon(stored.body),
    heard: stored?.received ?? null,
    wanted: device.policy === null ? null : store.wanted.get(device.policy),
    ...times,
  };
}

function fleetDevice(facts: DeviceFacts, lastUpload: number | null): FleetDevice {
  const { device, beacon, heard, wanted } = facts;
  const complaints = complaintsOf(facts);
  return {
    id: device.id,
    name: nameOf(device),
    policy: device.policy,
    health: healthOf(facts, complaints),
    ...(beacon === null ? UNHEARD : toldBy(beacon)),
    published: wanted?.serial ?? null,
    wanted: wanted?.block ?? null,
    match: beacon === null ? 'unknown' : matchOf(facts, beacon),
    heard,
    lastUpload,
    complaints,
  };
}

type Told = Pick<
  FleetDevice,
  'version' | 'platform' | 'state' | 'serial' | 'enforced' | 'lastRefresh' | 'waitingLines'
>;

const UNHEARD: Told = {
  ...{ version: '', platform: '', state: '', serial: null, enforced: null },
  ...{ lastRefresh: null, waitingLines: 0 },
};

function toldBy(beacon: ReadBeacon): Told {
  const { version, platform, state, serial, block, lastRefresh, waitingLines } = beacon;
  return { version, platform, state, serial, enforced: block, lastRefresh, waitingLines };
}

function healthOf(facts: DeviceFacts, complaints: readonly Complaint[]): FleetDevice['health'] {
  if (facts.beacon === null) return 'new';
  if (isSilent(facts)) return 'silent';
  if (complaints.some(({ severity }) => severity === 'error')) return 'error';
  return complaints.length > 0 ? 'warning' : 'fine';
}

/**
 * Opens a problem for each complaint that is new, and closes those that are over. Nothing is written when nothing changed.
 */
export function updateFleetProblems(store: Store, now: number, listening: number): void {
  const wanted = new Map<string, Omit<PortalProblem, 'since'>>(
    fleetOf(store, now, listening).devices.flatMap(({ id, name, complaints }) =>
      complaints.map((one) => {
        const message =
          one.code === 'device-silent' ? one.message : `The device ${name}: ${one.message}`;
        return [`${one.code} ${id}`, { ...one, subject: id, message }] as const;
      }),
    ),
  );
  const codes: readonly string[] = COMPLAINT_CODES;
  const open = store.problems.all().filter(({ code }) => codes.includes(code));
  const over = open.filter(({ code, subject }) => !wanted.has(`${code} ${subject}`));
  const changed = [...wanted.values()].filter(
    ({ code, subject, message, severity }) =>
      !open.some(
        (one) =>
          one.code === code &&
          one.subject === subject &&
          one.message === message &&
          one.severity === severity,
      ),
  );
  if (over.length === 0 && changed.length === 0) return;
  store.transaction(() => {
    for (const { code, subject } of over) store.problems.close(code, subject);
    for (const one of changed) store.problems.open({ ...one, since: now });
  });
}
