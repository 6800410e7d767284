import type { PlatformDefaults } from '../config/settings.ts';
import type { Settings } from '../config/options.ts';
import type { ZoneOffset } from '../core/log-time.ts';
import type { GuardedPrefix } from '../core/policy-options.ts';
import type { Prefix } from '../core/prefix-list.ts';
import type {
  BeaconSender,
  Clock,
  ConfirmationState,
  ExemptionSender,
  ExemptionStore,
  FirewallDriver,
  HeldPolicy,
  HitStore,
  HitUploader,
  HostProbe,
  Kept,
  Log,
  LogSource,
  NoticeStore,
  Notices,
  PolicyHistory,
  PolicySource,
  PolicyStore,
  Problem,
  RunLock,
  RunLog,
  Schedule,
  SentBeacon,
  SettingsRecord,
  SettingsSource,
  SettingsStore,
  TableShortage,
  ToldExemptions,
  ZoneCopies,
} from '../core/ports.ts';

/** What the portal says of the device's public address. */
export interface AddressCheck {
  readonly address: string;
  readonly authorized: boolean;
}

/** The services of the portal, as the settings name them. */
export interface Upstream {
  /** @param readOnly true: nothing of what is read is kept on this host, for whoever does not hold the lock of updates */
  policySource(settings: Settings, readOnly?: boolean): PolicySource;
  settingsSource(settings: Settings): SettingsSource;
  uploader(settings: Settings): HitUploader;
  beaconSender(settings: Settings): BeaconSender;
  exemptionSender(settings: Settings): ExemptionSender;
  /** @throws PortalError when the service does not answer as documented. */
  checkAddress(settings: Settings): Promise<AddressCheck>;
  /** Connects to a TCP port and hangs up. @throws PortalError saying why not */
  connect(host: string, port: number): Promise<void>;
  /** Asks the log service for anything at all, and tells the way there. @throws PortalError */
  reachLogService(settings: Settings): Promise<string>;
  /** Addresses that must never be blocked: of this host, of its surroundings and of the services the settings name. */
  neverBlock(settings: Settings): Promise<readonly GuardedPrefix[]>;
}

/** Who this agent is, on which platform. */
export interface Identity {
  /** `ts-pfsense`, `ts-iptables` or `ts-pf`. */
  readonly product: string;
  /** As shown to people: `3.00-01`. */
  readonly release: string;
  readonly platform: string;
  /** Starts the service, for people to type. */
  readonly startCommand: string;
  /** What is done without it all the same, and what is not: completes "it is not running: …". Absent: nothing is done. */
  readonly withoutService?: string;
  readonly defaults: PlatformDefaults;
}

/** Everything the agent's tasks need; `main/` fills it with the drivers of the platform. */
export interface AgentPorts {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 up to 1; for jitter. */
  readonly random: () => number;
  /** The host's time zone: the firewall log is written in it. */
  readonly zone: ZoneOffset;
  readonly lock: RunLock;
  readonly settingsStore: SettingsStore;
  readonly portalRecord: Kept<SettingsRecord>;
  readonly history: PolicyHistory;
  readonly policyStore: PolicyStore;
  readonly zoneCopies: ZoneCopies;
  readonly held: Kept<HeldPolicy>;
  readonly shortage: Kept<TableShortage>;
  readonly confirmation: Kept<ConfirmationState>;
  readonly beacons: Kept<SentBeacon>;
  readonly notices: Notices;
  /** The notices that are out. */
  readonly noticed: NoticeStore;
  readonly exemptions: ExemptionStore;
  /** How they were told to the portal. */
  readonly told: Kept<ToldExemptions>;
  readonly runs: RunLog;
  readonly schedule: Schedule;
  readonly hits: HitStore;
  readonly host: HostProbe;
  readonly driver: FirewallDriver;
  readonly upstream: Upstream;
  logSource(settings: Settings): LogSource;
  /** The addresses of a host name, by the host's own resolver. @throws HostError when there is none */
  resolveName(name: string): Promise<readonly string[]>;
  /** What must never be blocked of this host and its link, known without a network. */
  neighbours(): Promise<readonly GuardedPrefix[]>;
  /** The networks this host has an address in. */
  ownNetworks(): readonly Prefix[];
  /** Files of databases that were damaged and put aside, as long as they are there. */
  damagedDatabases(): readonly string[];
  /** Files of databases that a newer release made and this one could not use as they are, as long as they are there. */
  newerDatabases(): readonly string[];
  /** Problems of the service itself, e.g. that its page is not served; empty where there is none. */
  serviceProblems(): readonly Problem[];
  /** Closes database and files. */
  close(): void;
}
