import { isAbsolute, join } from 'node:path';
import { parseOption } from '../config/settings.ts';
import { SettingsError } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import { systemClock } from '../system/clock.ts';
import type { Environment } from '../system/proxy-setting.ts';
import { addressesOf, type PortalAddresses, type PortalPorts } from './addresses.ts';
import { openCertificate } from './certificate.ts';
import type { AdminTls } from './admin/server.ts';
import { setFeedProxy } from './feed/feed-proxy.ts';
import { INTAKE_LIMITS, clearIncoming, type IntakeLimits } from './intake/batch-file.ts';
import { KEPT_DAYS, type HitKeeper } from './hits/hit-keeper.ts';
import { keepHitsInThread } from './hits/keeper-thread.ts';
import type { HitStore } from './hits/hit-store.ts';
import { openHitsInThread } from './hits/hits-in-thread.ts';
import { hitsDatabaseOf, openHits } from './hits/open-hits.ts';
import { holdState } from './hold-state.ts';
import { startHousekeeper } from './housekeeper.ts';
import { rememberPlace, storedPlace } from './place.ts';
import { PORTAL_ACTOR } from './model/change.ts';
import { addDevice, type DeviceRequest, type IssuedDevice } from './model/devices.ts';
import { startServices } from './services.ts';
import { makeStarterPolicy, starterContent, type StarterContent } from './starter.ts';
import { openStore, type Store } from './store.ts';
import type { BatchCounts } from './tables/batches.ts';
import type { StoredBeacon } from './tables/beacons.ts';
import type { Device } from './tables/devices.ts';

const NO_PORTS: PortalPorts = { policy: 0, settings: 0, intake: 0, admin: 0 };

/** How a portal is started. */
export interface PortalOptions {
  /** Folder of everything it keeps; made when missing. One portal at a time serves a folder. */
  readonly stateDir: string;
  /** Address or name it listens on and devices are told. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: the port it had last time if that is free, else any free one. */
  readonly ports?: Partial<PortalPorts>;
  readonly clock?: Clock;
  readonly log: Log;
  /** What the policy of a portal that has none yet is made of; null: none is made. Default: the feed in `feeds/`. */
  readonly starter?: StarterContent | null;
  readonly intakeLimits?: IntakeLimits;
  /** The database of hits: `postgresql://user@host/database` or the path of a file. Default `<stateDir>/hits.db`. */
  readonly hitsDatabase?: string;
  /** Days that hits are kept. Default 90. */
  readonly keepDays?: number;
  /** The proxy of public feeds: `http://host:port`, `none` or `environment`. Default: as it was given last. */
  readonly feedProxy?: string;
  /** Environment variables, for the proxy of public feeds. Default: none. */
  readonly environment?: Environment;
  /** Certificate of the admin pages and the API. Default: the portal's own. */
  readonly adminTls?: AdminTls;
}

/** A portal that is serving. */
export interface Portal {
  readonly addresses: PortalAddresses;
  /** `sha256/<base64>` of its public key. */
  readonly pin: string;
  /** Everything it remembers; changed by the operations in `model/`. */
  readonly store: Store;
  readonly clock: Clock;
  /** The hits of all devices. */
  readonly hits: HitStore;
  /** {@link addDevice} by the portal itself. @throws SettingsError naming what cannot be used */
  addDevice(request?: DeviceRequest): IssuedDevice;
  device(id: string): Device | null;
  /** In service, oldest first. */
  devices(): readonly Device[];
  /** What a device has uploaded. */
  counts(deviceId: string): BatchCounts;
  /** What a device said last about itself. */
  beacon(deviceId: string): StoredBeacon | null;
  /** Ends all connections and closes the state. */
  close(): Promise<void>;
}

/**
 * Starts the portal: state, certificate, starter lists, then the services.
 * @throws BusyError when another portal serves the folder; HostError when a port or a file cannot be had
 */
export async function createPortal(options: PortalOptions): Promise<Portal> {
  const { stateDir, clock = systemClock } = options;
  const release = await holdState(stateDir, clock);
  try {
    const store = openStore(stateDir);
    try {
      return await serve({ ...options, clock }, store, release);
    } catch (error) {
      store.close();
      throw error;
    }
  } catch (error) {
    await release();
    throw error;
  }
}

async function serve(
  options: PortalOptions & { readonly clock: Clock },
  store: Store,
  release: () => Promise<void>,
): Promise<Portal> {
  const { stateDir, clock, log, host = '127.0.0.1', environment = {} } = options;
  const certificate = await openCertificate(stateDir, checkHost(host), clock.now());
  if (options.feedProxy !== undefined) setFeedProxy(store, options.feedProxy);
  await makeStarter(store, clock, options.starter);
  const intakeDir = join(stateDir, 'intake');
  await clearIncoming(intakeDir);
  const database = hitsDatabaseOf(store, stateDir, options.hitsDatabase);
  const hits = keepHits(database, store, { ...options, intakeDir });
  const limits = options.intakeLimits ?? INTAKE_LIMITS;
  const services = await startServices({
    intake: { store, clock, intakeDir, limits, onKept: hits.wake },
    certificate,
    host,
    wanted: { ...NO_PORTS, ...options.ports },
    former: { ...NO_PORTS, ...storedPlace(store)?.ports },
    ...{ stateDir, environment, hits: hits.store },
    adminTls: options.adminTls ?? certificate,
    log,
  }).catch(async (error: unknown) => {
    await hits.stop();
    throw error;
  });
  rememberPlace(store, { host, ports: services.ports }, clock.now());
  const stopHousekeeper = startHousekeeper({ stateDir, environment, store, clock, log });
  return {
    addresses: addressesOf(host, services.ports),
    pin: certificate.pin,
    store,
    clock,
    hits: hits.store,
    addDevice: (request = {}) => addDevice({ store, clock, actor: PORTAL_ACTOR }, request),
    device: (id) => store.devices.get(id),
    devices: () => store.devices.all(),
    counts: (deviceId) => store.batches.counts(deviceId),
    beacon: (deviceId) => store.beacons.get(deviceId),
    close: async () => {
      await stopHousekeeper();
      await services.close();
      await hits.stop();
      store.close();
      await release();
    },
  };
}

/** Hits are kept in a thread; what is asked of a file of them is read in another one. */
function keepHits(
  database: string,
  state: Store,
  options: PortalOptions & { readonly clock: Clock; readonly intakeDir: string },
): HitKeeper & { readonly store: HitStore } {
  const { stateDir, intakeDir, clock, log, keepDays = KEPT_DAYS } = options;
  const store = isAbsolute(database) ? openHitsInThread(database) : openHits(database);
  const keeper = keepHitsInThread(
    { stateDir, database, intakeDir, keepDays },
    { store: state, clock, log },
  );
  return {
    store,
    wake: keeper.wake,
    stop: async () => {
      await keeper.stop();
      await store.close();
    },
  };
}

/** Devices are told the host, so it must be one they can reach. */
function checkHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') {
    throw new SettingsError(`the host ${host} stands for all addresses; devices need one of them`, {
      remedy: 'Give the address or name that devices use.',
    });
  }
  return parseOption('settings_server', host);
}

async function makeStarter(
  store: Store,
  clock: Clock,
  given: StarterContent | null | undefined,
): Promise<void> {
  if (given === null || store.policies.all().length > 0 || store.sources.all().length > 0) return;
  makeStarterPolicy(store, clock, given ?? (await starterContent()));
}
