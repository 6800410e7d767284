/**
 * The agent as the page and `tsadmin` see it. Both show what it tells and start what it offers; neither
 * does work of its own. Everything that changes something runs under the run lock and leaves a record.
 */
import type { Settings } from '../config/options.ts';
import type { ResolvedSettings } from '../config/settings.ts';
import type {
  Actor,
  AddressHits,
  AwaitedConfirmation,
  CarvedPrefix,
  Enforced,
  Exemption,
  Finding,
  GapRecord,
  HeldPolicy,
  Hit,
  HitCounts,
  PolicyRecord,
  PolicyVersion,
  Problem,
  Progress,
  RawSettings,
  Run,
  RunFilter,
  RunPage,
  TableChange,
  TableName,
} from '../core/ports.ts';
import type { ExemptionActions } from './exempt.ts';
import type { HitQuestions } from './hit-questions.ts';

/** Whether the device protects, in one word and one sentence. Computed from what the firewall holds. */
export interface Protection {
  /**
   * `not-set-up`: no device id yet. `disabled`: set up, the administrator keeps it off.
   * `protected`: on, and the firewall holds the policy. `not-protecting`: on, and it does not.
   * `dry-run`: on, and all is written as it should be, but no kernel enforces it.
   */
  readonly state: 'not-set-up' | 'disabled' | 'protected' | 'dry-run' | 'not-protecting';
  /** For people, with the reason. In a dry run it says that the kernel is not touched. */
  readonly sentence: string;
  /** What to do next, or empty. */
  readonly remedy: string;
}

/** A service of the portal as seen last: null = not asked yet. */
export interface Reachability {
  readonly reachable: boolean | null;
  readonly asked: number | null;
  /** Why it was not reachable; empty when it was. */
  readonly reason: string;
}

/** All that the overview page and `tsadmin status` show. Reading it changes nothing and needs no network. */
export interface Status {
  readonly product: string;
  readonly version: string;
  readonly platform: string;
  /** True when nothing reaches the kernel. */
  readonly dryRun: boolean;
  readonly now: number;
  readonly protection: Protection;
  /** Set while enforcement goes back to disabled unless somebody confirms it. */
  readonly awaited: AwaitedConfirmation | null;
  /** Problems that are open now, errors first. */
  readonly problems: readonly Problem[];
  readonly device: { readonly id: string; readonly nickname: string; readonly type: string } | null;
  readonly lists: { readonly block: readonly string[]; readonly allow: readonly string[] };
  /** The policy enforced last, or null. */
  readonly policy: PolicyRecord | null;
  /** The policy that is held back, or null; it is among the problems too. */
  readonly held: HeldPolicy | null;
  /** What the firewall holds now. Null when it could not be read; a problem says why. */
  readonly enforced: Enforced | null;
  readonly serviceRunning: boolean;
  readonly refresh: { readonly last: Run | null; readonly next: number | null };
  readonly upload: { readonly last: Run | null; readonly next: number | null };
  /** The settings service; `reachable` is null in a manual installation. */
  readonly portal: Reachability;
  /** How the portal took the last beacon; `reachable` is null in a manual installation. */
  readonly beacon: Reachability;
  /** Whether the portal has the exemptions; `reachable` is null where there is none to tell, or nothing. */
  readonly exemptionsTold: Reachability;
  readonly hits: HitCounts;
  /** Which log lines are hits (option `log_scope`), and whether own addresses are masked in uploads. */
  readonly logging: { readonly scope: Settings['log_scope']; readonly maskLocal: boolean } | null;
  /** What is allowed and blocked on this device beside the lists. */
  readonly exemptions: readonly Exemption[];
  /** The newest log lines known to be lost, newest first, at most 10. */
  readonly gaps: readonly GapRecord[];
}

/** Answer of {@link Agent.lookup}. */
export interface LookupAnswer {
  /** The address or prefix asked for, in canonical form. */
  readonly query: string;
  /** `blocked`/`allowed`: by which entry. `not-listed`: in neither table. `partly`: a prefix of which only parts are blocked. */
  readonly verdict: 'blocked' | 'allowed' | 'partly' | 'not-listed';
  /** The entries that decide, most specific first; of `partly` the first ones inside. At most 20. */
  readonly entries: readonly DecidingEntry[];
  /** Lists the tables were made from. */
  readonly lists: readonly string[];
  /** Whether the rules are in place; a listed address passes while they are not. */
  readonly enforced: boolean;
  /** Since when the most specific block entry is enforced; null: nothing blocks, or unknown. */
  readonly since: EntrySince | null;
  /** Whether the policy before blocked all of it; null: it is not on disk, or there was none. */
  readonly blockedBefore: boolean | null;
  /** What is never blocked of it, although the block list holds it, and why. */
  readonly guarded: readonly CarvedPrefix[];
  /** What was logged of it, where it is a single address. */
  readonly hits: AddressHits | null;
}

/** Answer of {@link Agent.lookupHost}. */
export interface HostLookup {
  /** As it was asked for. */
  readonly name: string;
  /** All that it has now. */
  readonly addresses: readonly string[];
  /** What is known of the first of them. */
  readonly answers: readonly LookupAnswer[];
}

/** An entry of a table that decides about an address. */
export interface DecidingEntry {
  readonly table: TableName;
  readonly prefix: string;
  /**
   * The lists that have it. Where none has this very entry, because it is what the allow list or the guard left of one or
   * neighbours were merged into it: those that have one with an address of what was asked for. Empty: not known.
   */
  readonly lists: readonly string[];
}

/** The first policy, of those whose tables are on disk, that has an entry. */
export interface EntrySince {
  readonly version: PolicyVersion;
  readonly takenAt: number;
  /** The oldest policy on disk has it: it may be older than that. */
  readonly orEarlier: boolean;
}

/** How enforcement is to begin. */
export interface EnableOptions {
  /** Seconds; it goes back to disabled unless somebody confirms in that time. 0 (default): nobody is asked. */
  readonly confirmWithin?: number;
}

/** How an update is to be done. */
export interface UpdateOptions {
  /** Only say what would change: nothing is touched, and no record is left. */
  readonly plan?: boolean;
  /** Take a policy that `policy_sanity` would hold back, this once; a version: only the one that somebody looked at. */
  readonly accept?: boolean | PolicyVersion;
}

/** Answer of {@link Agent.diff}. */
export interface PolicyDiff {
  /** The policy in force and the last one that had other tables; null when there is none. */
  readonly after: PolicyRecord | null;
  readonly before: PolicyRecord | null;
  readonly tables: readonly TableDiff[];
}

/** How one table differs. */
export interface TableDiff {
  readonly table: TableName;
  readonly added: EntryList;
  readonly removed: EntryList;
}

/** Entries of a table, as many as were asked for, in table order. */
export interface EntryList {
  readonly count: number;
  readonly entries: readonly string[];
}

/** A policy that was enforced. Known by when it was taken. */
export interface KnownPolicy {
  readonly policy: PolicyRecord;
  /** Whether its tables are kept, so that it can be compared. */
  readonly onDisk: boolean;
}

/** What is asked of {@link Agent.compare}. */
export interface CompareQuestion {
  /** `takenAt` of the two policies. */
  readonly before: number;
  readonly after: number;
  /** Whose entries are named. */
  readonly table: TableName;
  readonly change: 'added' | 'removed';
  /** An address, a prefix or the beginning of an IPv4 address: only entries that meet it. Empty: all. */
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

/** Answer of {@link Agent.compare}. */
export interface PolicyComparison {
  readonly before: PolicyRecord;
  readonly after: PolicyRecord;
  /** Of both tables, whatever is searched for. */
  readonly counts: Readonly<
    Record<TableName, { readonly added: number; readonly removed: number }>
  >;
  /** Entries that were found, of which `entries` are some, in table order. */
  readonly found: number;
  readonly entries: readonly string[];
}

/** What an update did, or (`plan`) would do. */
export interface UpdateResult {
  readonly run: Run;
  /** Null when the service still has the policy that is enforced. */
  readonly changes: readonly TableChange[] | null;
  readonly problems: readonly Problem[];
  /** What was cut, carved and without effect. */
  readonly notes: readonly string[];
}

/** What sending logs did. */
export interface LogsResult {
  readonly run: Run;
  readonly batches: number;
  readonly lines: number;
  /** Lines that still wait, e.g. because the intake did not answer. */
  readonly waiting: number;
  /** What the intake said last, e.g. `Log file uploaded successfully for tdid_abcd1234`. */
  readonly message: string;
}

/** How disabling is done. */
export interface DisableOptions {
  /** Another process that keeps the firewall too long is ended; the one that disables must not be the service. Default false. */
  readonly insist?: boolean;
}

/** Steps of `add` that can be left out. */
export interface AddOptions {
  readonly checkValidIp: boolean;
  readonly checkPolicy: boolean;
}

/** What setting the device up did. */
export interface AddResult {
  readonly run: Run;
  /** The first policy; null when it is not there yet (it is tried again by the service). */
  readonly update: UpdateResult | null;
  /** Things a person should know, e.g. that the list is not there yet. */
  readonly notes: readonly string[];
}

/**
 * Every method that does something records a {@link Run} and throws an `AgentError` when it failed
 * (recorded as well). `BusyError` when another task holds the lock.
 */
export interface Agent extends ExemptionActions, HitQuestions {
  /** Sets the device up: checks, stores, links to the portal (type auto), reads the first policy. Stays disabled if it was. */
  add(actor: Actor, settings: RawSettings, options: AddOptions): Promise<AddResult>;
  /** Changes some local settings; an empty text takes one back. @throws SettingsError when the whole would not be usable. */
  configure(actor: Actor, changes: RawSettings): Promise<Run>;
  /** New settings from the portal (type auto), then a new policy if there is one. */
  update(actor: Actor, options?: UpdateOptions): Promise<UpdateResult>;
  enable(actor: Actor, options?: EnableOptions): Promise<Run>;
  /** Keeps enforcement that would go back to disabled. @throws FirewallError when it is disabled (again) */
  confirm(actor: Actor): Promise<Run>;
  /** Disables what nobody confirmed in time; to be called again and again while a confirmation is awaited. null: nothing was overdue. */
  goBack(): Promise<Run | null>;
  disable(actor: Actor, options?: DisableOptions): Promise<Run>;
  /** Makes room for a policy that did not fit, where the firewall has a limit of table entries. */
  raiseTableLimit(actor: Actor): Promise<Run>;
  /** Takes out rules, tables, settings and state of the agent. */
  remove(actor: Actor): Promise<Run>;
  /** Collects new lines and uploads all that wait. */
  logs(actor: Actor): Promise<LogsResult>;
  /** Compares what is enforced with the policy; puts the policy back where they differ. */
  verify(actor: Actor): Promise<Run>;
  /** Collects new lines of the firewall log into the outbox. */
  collect(actor: Actor): Promise<Run>;

  /**
   * @param question `recent` (default false): what the firewall holds may have been read up to 30 s ago, as long as no
   *   task left a record since. For whoever asks every few seconds: a look costs several commands.
   */
  status(question?: { readonly recent?: boolean }): Promise<Status>;
  /** The confirmation that is awaited now; null: none is. */
  awaited(): Promise<AwaitedConfirmation | null>;
  /** {@link Status.exemptionsTold}, without a look at anything else. */
  exemptionsTold(): Promise<Reachability>;
  /** Null when the device is not set up. @throws SettingsError when what is stored cannot be used. */
  settings(): Promise<ResolvedSettings | null>;
  /** @param query an address or prefix. @throws FormatError for anything else. */
  lookup(query: string): Promise<LookupAnswer>;
  /**
   * Resolves a host name with the host's own resolver and looks up what it finds.
   * @throws FormatError for what is no host name (`isHostName`), HostError when it has no address
   */
  lookupHost(name: string): Promise<HostLookup>;
  /**
   * What changed between the last two policies with different tables.
   * @param limit entries named of each table, added and removed each; Infinity: all
   * @throws HostError when the tables are not on disk
   */
  diff(limit: number): Promise<PolicyDiff>;
  /** The policies enforced so far, the newest first, at most 50. */
  policies(): Promise<readonly KnownPolicy[]>;
  /** What changed between two of them. @throws HostError when tables are not on disk, FormatError for a wrong question */
  compare(question: CompareQuestion): Promise<PolicyComparison>;
  /** Everything the device needs, looked at one by one. Changes nothing; needs the network. */
  doctor(): Promise<readonly Finding[]>;
  activity(limit: number): Promise<readonly Run[]>;
  /** The runs that meet a filter, a page at a time, newest first. */
  runs(filter: RunFilter, before: number | null, limit: number): Promise<RunPage>;
  /** What somebody who helps needs to know: one JSON document without secrets. */
  supportBundle(): Promise<string>;
  hits(limit: number): Promise<readonly Hit[]>;
  /** The task under way that tells how far it is, or null. Cheap: ask as often as you like. */
  progress(): Progress | null;
  /** Closes the database. */
  close(): void;
}
