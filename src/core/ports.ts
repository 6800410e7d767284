/**
 * What the tasks need from the world, as interfaces only. Drivers implement them, `main/` joins both.
 * Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type { PrefixList, PrefixTable } from './prefix-list.ts';

/** The time, so that tests can set it. */
export interface Clock {
  now(): number;
  /** Resolves after `delayMs`, or at once when the signal is aborted. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Something that keeps the device from protecting or reporting as it should. Shown until it is gone. */
export interface Problem {
  /** Stable word for programs, e.g. `table-too-small`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** What is wrong, with the values. One sentence. */
  readonly message: string;
  /** What to do. One sentence, or empty. */
  readonly remedy: string;
}

// ---------------------------------------------------------------- policy

/** The two tables of a policy. The names of the tables on a host follow from them (`ThreatSTOP_block`). */
export type TableName = 'block' | 'allow';

/** What is to be enforced. Immutable. */
export interface PolicyTables {
  readonly block: PrefixTable;
  readonly allow: PrefixTable;
}

/** One list as the policy service delivers it: what it names and what it excludes (APL negation), unsorted. */
export interface FetchedList {
  /** The list's DNS name, checked, lower case, without a final dot. */
  readonly name: string;
  readonly include: { readonly v4: PrefixList; readonly v6: PrefixList };
  readonly exclude: { readonly v4: PrefixList; readonly v6: PrefixList };
}

/**
 * The state of the lists on the service: zone name and SOA serial for each zone that holds one, in a
 * canonical text such as `threatstop.local=2026112001`. Equal text = equal policy.
 */
export type PolicyVersion = string;

/** A policy as fetched, whole: every list of both kinds. */
export interface FetchedPolicy {
  readonly version: PolicyVersion;
  readonly block: readonly FetchedList[];
  readonly allow: readonly FetchedList[];
}

/** Which lists, below which names. */
export interface PolicyRequest {
  readonly blockLists: readonly string[];
  readonly allowLists: readonly string[];
}

/** Where policies come from. */
export interface PolicySource {
  /**
   * Reads all lists, or none.
   * @param known the version enforced now; `unchanged` is returned when the service still has it.
   * @throws PolicyError naming server, list and reason; nothing partial is ever returned.
   */
  fetch(request: PolicyRequest, known: PolicyVersion | null): Promise<FetchedPolicy | 'unchanged'>;
}

/** A zone as it was transferred last, cut to what policies are made of. */
export interface ZoneCopy {
  /** Checked, lower case, without a final dot. */
  readonly zone: string;
  readonly serial: number;
  /** Its records (`protocol/zone-record.ts`), in pieces of whole records. */
  readonly pieces: readonly Uint8Array[];
}

/** Copies of transferred zones, so that the next transfer brings only what changed. Losing one costs a transfer. */
export interface ZoneCopies {
  /** Null when there is none, or it is damaged or cannot be read. */
  readonly load: (zone: string) => Promise<ZoneCopy | null>;
  /** @throws HostError */
  save(copy: ZoneCopy): Promise<void>;
  /** Removes the copies of all other zones, also what a killed run left. @throws HostError */
  keepOnly(zones: readonly string[]): Promise<void>;
  /** @throws HostError */
  remove(zone: string): Promise<void>;
}

// ---------------------------------------------------------------- firewall

/** What one table would become. `null` = the table does not exist. */
export interface TableChange {
  readonly table: TableName;
  readonly before: number | null;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
}

/** What {@link FirewallDriver.apply} will do. Made by `plan`, touches nothing. */
export interface ApplyPlan {
  readonly wanted: PolicyTables;
  readonly changes: readonly TableChange[];
  /** With an `error` among them the plan is not applied. */
  readonly problems: readonly Problem[];
}

/** One table as the firewall holds it. */
export interface EnforcedTable {
  readonly entries: number;
  /** {@link setHash} of the entries. */
  readonly hash: string;
}

/** What the firewall holds, read back from it. */
export interface Enforced {
  readonly tables: Readonly<Record<TableName, EnforcedTable | null>>;
  /** Whether the rules that use the tables are in place. */
  readonly rulesInPlace: boolean;
  readonly problems: readonly Problem[];
}

/** A firewall. Desired state in, read back out. Every driver passes the same conformance suite (`test/contract/`). */
export interface FirewallDriver {
  readonly name: 'pfsense' | 'openbsd' | 'linux' | 'dry-run';
  /** True when nothing reaches a kernel: the driver writes files only. */
  readonly dryRun: boolean;
  /** What would change. Touches nothing. */
  plan(wanted: PolicyTables): Promise<ApplyPlan>;
  /**
   * Makes the tables hold exactly the plan's policy. Each table is replaced atomically; the second time nothing changes.
   * @throws FirewallError or HostError; the tables then hold what they held before, each whole.
   */
  apply(plan: ApplyPlan): Promise<void>;
  /** Reads back what is enforced. */
  verify(): Promise<Enforced>;
  /**
   * Ends the open connections to and from newly blocked prefixes, so that a block is in force at once. Connections of
   * other addresses are never touched.
   * @param added what the last `apply` added to the block table, from our own difference
   * @returns how many connections were ended
   */
  cutConnections(added: PrefixTable): Promise<number>;
  /** Puts the rules in. Twice = once. */
  enable(): Promise<void>;
  /** Takes the rules out; the tables stay. Twice = once. */
  disable(): Promise<void>;
  /** Takes out everything the agent owns, also what a killed run left. Needs no earlier call. */
  remove(): Promise<void>;
}

/** Something prepared: put in place by one atomic step, or taken away. */
export interface Staged {
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** Tables of the policies enforced last, kept on disk so that a reboot needs no network. */
export interface PolicyStore {
  /**
   * Writes the tables beside those of other policies, before the firewall is touched, so that a full disk shows first.
   * @param hashes their {@link setHash}es
   * @throws HostError
   */
  save(tables: PolicyTables, hashes: PolicyRecord['tables']): Promise<void>;
  /** Whether the tables are there; not whether they are whole. */
  has(policy: Pick<PolicyRecord, 'tables'>): Promise<boolean>;
  /** Null when a table is missing or damaged (is not what its hash says). @throws HostError */
  load(policy: Pick<PolicyRecord, 'tables'>): Promise<PolicyTables | null>;
  /** Removes all that no policy of these needs, also what a killed run left. */
  keepOnly(policies: readonly Pick<PolicyRecord, 'tables'>[]): Promise<void>;
  clear(): Promise<void>;
}

// ---------------------------------------------------------------- settings

/** Settings as text, name → value; the option table (`config/options.ts`) gives them types. */
export type RawSettings = Readonly<Record<string, string>>;

/** Where this host keeps the administrator's settings. */
export interface SettingsStore {
  /** For messages: the file, or the place in the platform's configuration. */
  readonly place: string;
  /** Null when the device is not set up. @throws SettingsError naming place, line and value. */
  read(): Promise<RawSettings | null>;
  /** Replaces all of them atomically; readable by the owner only. */
  write(settings: RawSettings): Promise<void>;
  /** Removes them; the device is not set up afterwards. */
  clear(): Promise<void>;
}

/** A settings record of the portal ("web automation"). */
export interface SettingsRecord {
  readonly serial: number;
  readonly values: RawSettings;
}

/** What is needed to ask the portal for settings. */
export interface SettingsCredentials {
  readonly deviceId: string;
  /** TSIG secret, base64. */
  readonly autoKey: string;
  readonly server: string;
  readonly port: number;
  readonly zone: string;
}

/** The portal's settings service. */
export interface SettingsSource {
  /** @throws PortalError with the reason as far as the protocol tells it (wrong key, clock, no such device, no connection). */
  fetch(credentials: SettingsCredentials): Promise<SettingsRecord>;
}

// ---------------------------------------------------------------- hits

/** A place in a log, as text that only its source understands; survives rotation and restart. */
export type LogPosition = string;

/** Some whole lines of a log and the place behind them. */
export interface LogChunk {
  /** Complete lines, each ended by `\n`. Valid until the next chunk is asked for. */
  readonly bytes: Uint8Array;
  readonly next: LogPosition;
  /** Set when lines are known to be lost before this chunk. */
  readonly gap?: LogGap;
}

/** Lines known to be lost before they could be read. */
export interface LogGap {
  readonly reason: string;
  /** Lost bytes, or null when nobody can know. */
  readonly bytes: number | null;
}

/** A firewall log. */
export interface LogSource {
  /** For messages, e.g. the path. */
  readonly name: string;
  /** All complete lines behind `from` (null: from now on, as tail -f does), in order, then ends. */
  read(from: LogPosition | null): AsyncIterable<LogChunk>;
}

/** A gap as it is recorded and reported. */
export interface GapRecord extends LogGap {
  /** The log, as {@link LogSource.name}; `spool`: lines that were read and could not be kept. */
  readonly source: string;
  /** The lines were logged between these two moments, as far as is known. */
  readonly from: number;
  readonly to: number;
  /** Lost lines, or null when nobody can know. */
  readonly lines: number | null;
}

/** Changes lines on their way out: the number of lines stays, each ends in `\n`. */
export type LineMask = (lines: Uint8Array) => Uint8Array;

/** A logged packet that met one of our rules (or, by setting, an address of the policy). */
export interface Hit {
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly interface: string;
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number | null;
  readonly destination: string;
  readonly destinationPort: number | null;
  /** Id of the rule that logged it; 0 when it has none. */
  readonly tracker: number;
  /** The entry of the policy that the remote (else the local) address met, canonical; null: none. */
  readonly entry: string | null;
  /** The line as logged, without its newline. */
  readonly line: Uint8Array;
}

/** A log line of ours that could not be read as a {@link Hit}; counted, and uploaded as it is. */
export interface RawHit {
  readonly time: number;
  readonly line: Uint8Array;
}

/** Hits of one day, for charts. */
export interface DailyHits {
  /** Start of the day (UTC). */
  readonly day: number;
  readonly direction: 'in' | 'out';
  readonly action: string;
  readonly hits: number;
}

/** Hits of one hour, for charts. */
export interface HourlyHits {
  /** Start of the hour (UTC). */
  readonly hour: number;
  readonly direction: 'in' | 'out';
  readonly action: string;
  readonly hits: number;
}

/** A sealed set of lines on its way to the portal. Never changes once sealed. */
export interface HitBatch {
  /** UUIDv7. */
  readonly id: string;
  /** `hits`: log lines as read. `gap`: what is known to be missing. */
  readonly kind: 'hits' | 'gap';
  /** gzip of the lines. */
  readonly body: Uint8Array;
  /** SHA-256 of `body`, hex. */
  readonly sha256: string;
  readonly lines: number;
  /** Time of the first and of the last line. */
  readonly first: number;
  readonly last: number;
  readonly attempts: number;
}

/** What the intake said of a batch (`docs/protocol.md`). */
export type UploadAnswer =
  | { readonly kind: 'accepted'; readonly message: string }
  /** The batch is bad; it goes to quarantine. */
  | { readonly kind: 'rejected'; readonly message: string }
  /** The device is not known or its key is wrong; uploading stops until that is mended. */
  | { readonly kind: 'denied'; readonly message: string }
  /** Try again, not before `retryAfterMs` where the server named it. */
  | { readonly kind: 'retry'; readonly message: string; readonly retryAfterMs: number | null };

/** The portal's intake. Network faults are answers of kind `retry`, not exceptions. */
export interface HitUploader {
  upload(batch: HitBatch): Promise<UploadAnswer>;
}

/** Hits and how far the log was read, in one transaction; batches on their way out. */
export interface HitStore {
  position(source: string): LogPosition | null;
  /** Stores hits and moves the position, all or nothing. */
  append(
    source: string,
    hits: readonly (Hit | RawHit)[],
    next: LogPosition,
    gaps?: readonly LogGap[],
  ): void;
  /**
   * Seals all lines that are waiting into batches. Returns how many batches were made.
   * @param mask what the portal is not to see is taken out of the batches; the hits kept here stay as they are
   */
  seal(mask?: LineMask): number;
  /** The oldest waiting batch, or null when there is none or it is not due: batches do not overtake. */
  nextBatch(now: number): HitBatch | null;
  accepted(id: string): void;
  quarantine(id: string, reason: string): void;
  retryAt(id: string, time: number, reason: string): void;
  /** As `retryAt`, because the intake does not take this device. */
  denyUntil(id: string, time: number, reason: string): void;
  /** Makes every batch due at once, those in quarantine too ("Send logs now"). */
  retryNow(): void;
  counts(): HitCounts;
  /** What the intake said when it refused this device last; null when it takes it, as far as is known. */
  denial(): string | null;
  /** The newest gaps, newest first. */
  gaps(limit: number): readonly GapRecord[];
  /** The newest hits, newest first. */
  recent(limit: number): readonly Hit[];
  /** The hits kept of one address, in canonical form, as source or destination. */
  ofAddress(address: string): AddressHits;
  /** Hits by hour, oldest first, from the hour that holds `from` on. */
  hourly(from: number): readonly HourlyHits[];
  /** Hits by day, oldest first, from the day that holds `from` on. */
  daily(from: number): readonly DailyHits[];
}

/** What was logged of one address. */
export interface AddressHits {
  readonly count: number;
  /** Time of the first and of the last hit that is kept; null without one. */
  readonly first: number | null;
  readonly last: number | null;
  /** Tracker ids of the rules they met; empty where the log has none. */
  readonly trackers: readonly number[];
}

/** Where the hits are. Lines, except `quarantined` (batches) and `gaps` (gap records). */
export interface HitCounts {
  readonly collected: number;
  /** Collected in the 24 hours before now. */
  readonly lastDay: number;
  readonly waiting: number;
  readonly uploaded: number;
  readonly quarantined: number;
  readonly gaps: number;
  /** Lines of ours that could not be read as hits. */
  readonly unreadable: number;
  /** Lines dropped unsent because the spool, or the quarantine, was full. */
  readonly dropped: number;
}

// ---------------------------------------------------------------- records

/**
 * Who started a task: `schedule`, `portal`, `cli:<user>` or `page:<user>`, the last two with `@<address>` behind where
 * the address of the person is known.
 */
export type Actor = string;

/** The tasks that leave a record. */
export type TaskName =
  | 'add'
  | 'configure'
  | 'update'
  | 'settings'
  | 'enable'
  | 'disable'
  | 'remove'
  | 'logs'
  | 'collect'
  | 'verify';

/** One run of a task, as the activity list shows it. */
export interface Run {
  readonly task: TaskName;
  readonly actor: Actor;
  readonly started: number;
  readonly durationMs: number;
  readonly outcome: 'done' | 'unchanged' | 'failed';
  /** What was done, or why it failed. One sentence. */
  readonly message: string;
}

/** The record of what the agent did. */
export interface RunLog {
  record(run: Run): void;
  recent(limit: number): readonly Run[];
  /** Everybody who started a task since a time and is known with an address. */
  actorsSince(time: number): readonly Actor[];
  /** The newest run of a task, of the given outcomes. */
  last(task: TaskName, outcomes?: readonly Run['outcome'][]): Run | null;
}

/** The policy that was enforced last, for people. */
export interface PolicyRecord {
  readonly version: PolicyVersion;
  readonly takenAt: number;
  readonly blockLists: readonly string[];
  readonly allowLists: readonly string[];
  /** The settings the tables depend on, as text; a change of them makes the same version a new policy. */
  readonly compiledWith: string;
  readonly tables: Readonly<Record<TableName, EnforcedTable>>;
  /** What was cut, carved and without effect. */
  readonly notes: readonly string[];
  /** All prefixes that were guarded when the tables were made, as text. */
  readonly guard: readonly string[];
  /** Those of them that the block list held. */
  readonly carved: readonly CarvedPrefix[];
}

/** A guarded prefix that was taken out of the block table. */
export interface CarvedPrefix {
  readonly prefix: string;
  /** Why it is guarded, e.g. `default gateway`. */
  readonly reason: string;
}

/** Policies enforced so far, the newest 50. */
export interface PolicyHistory {
  record(policy: PolicyRecord): void;
  /** Null when none was enforced, or after {@link clear}. */
  current(): PolicyRecord | null;
  /** The first of the newest policies that all have the tables of {@link current}. */
  currentSince(): PolicyRecord | null;
  /** The newest policy with other tables than {@link current}; null when there was none. */
  previous(): PolicyRecord | null;
  clear(): void;
}

/** A policy that was read and is not enforced, because it looks wrong (`policy_sanity` is `hold`). */
export interface HeldPolicy {
  readonly version: PolicyVersion;
  readonly reasons: readonly Problem[];
}

/** The policy that is held back now. */
export interface HeldPolicyStore {
  save(held: HeldPolicy): void;
  load(): HeldPolicy | null;
  clear(): void;
}

/** The settings the portal sent last. */
export interface PortalRecordStore {
  save(record: SettingsRecord): void;
  load(): SettingsRecord | null;
  clear(): void;
}

/** When the service will run a task next, and whether it runs at all. */
export interface Schedule {
  /** Notes the time of the next run; also tells other processes that the service is alive. */
  planned(task: TaskName, at: number): void;
  next(task: TaskName): number | null;
  /** Marks the service as alive now. */
  beat(now: number): void;
  /** The last beat, or null. */
  lastBeat(): number | null;
  /** Forgets all of it (the service ended). */
  clear(): void;
}

/**
 * What is guarded: `update` = reading a policy (may take minutes of network), `firewall` = changing tables, rules or
 * settings (short, so that "disable" never waits for a network), `hits` = reading the log and uploading, `portal` =
 * serving a self-hosted portal from its own folder.
 */
export type LockName = 'update' | 'firewall' | 'hits' | 'portal';

/** Keeps tasks of all processes of the host out of each other's way. */
export interface RunLock {
  /**
   * Runs `work` while holding the lock. The lock ends with the process, however it ends.
   * @param what names the holder to others
   * @throws BusyError naming the holder when it is not free within `waitMs`.
   */
  hold<T>(name: LockName, what: string, waitMs: number, work: () => Promise<T>): Promise<T>;
}

/** The program's own log: one line an event. Never gets a secret. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
