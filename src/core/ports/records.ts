/**
 * What the agent remembers of its own work.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type { AppliedExemption } from './exemptions.ts';
import type { EnforcedTable, TableChange } from './firewall.ts';
import type { Problem } from './host.ts';
import type { PolicyVersion, TableName } from './policy.ts';

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
  | 'confirm'
  | 'disable'
  | 'remove'
  | 'logs'
  | 'collect'
  | 'verify'
  | 'exempt';

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

/** Which runs are looked for; null: any. */
export interface RunFilter {
  readonly task: TaskName | null;
  readonly outcome: Run['outcome'] | null;
  /** Part of the actor's name. */
  readonly actor: string;
  /** Started at or after. */
  readonly since: number | null;
}

/** Some runs, newest first. */
export interface RunPage {
  readonly runs: readonly Run[];
  /** Where the next page begins; null: there is none. */
  readonly next: number | null;
}

/** The record of what the agent did. */
export interface RunLog {
  record(run: Run): void;
  recent(limit: number): readonly Run[];
  /** @param before where a page before said that this one begins; null: the newest */
  search(filter: RunFilter, before: number | null, limit: number): RunPage;
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
  /** What each list says, where a table was made from more than one. */
  readonly listTables: Readonly<Record<TableName, readonly ListTable[]>>;
  /** The exemptions the tables were made with, and the tables without them; absent: there were none. */
  readonly local?: LocalPart;
  /** Signs that it is not what was meant, unless somebody accepted it; and that it was cut. */
  readonly doubts: readonly Problem[];
  /** What was cut, carved and without effect. */
  readonly notes: readonly string[];
  /** All prefixes that were guarded when the tables were made, as text. */
  readonly guard: readonly string[];
  /** Those of them that the block list held. */
  readonly carved: readonly CarvedPrefix[];
}

/** One list of a policy: its entries, without what it excludes itself. */
export interface ListTable extends EnforcedTable {
  readonly name: string;
}

/** What is in a policy beside its lists. */
export interface LocalPart {
  readonly base: PolicyRecord['tables'];
  readonly exemptions: readonly AppliedExemption[];
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
  /** All of them, the newest first. */
  recent(): readonly PolicyRecord[];
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
  /** What enforcing it would have changed. */
  readonly changes: readonly TableChange[];
}

/** Enforcement that goes back to disabled unless somebody confirms in time that the firewall can still be reached. */
export interface AwaitedConfirmation {
  readonly since: number;
  readonly until: number;
  /** Who enabled it. */
  readonly actor: Actor;
}

/** What is known of the last confirmation that was asked for. */
export type ConfirmationState =
  | ({ readonly kind: 'awaited' } & AwaitedConfirmation)
  /** Somebody answered, and waits for a task that has the firewall. From then on it does not go back. */
  | ({ readonly kind: 'answered' } & AwaitedConfirmation)
  /** Nobody confirmed, and it went back to disabled. Shown until somebody enables or disables. */
  | ({ readonly kind: 'missed' } & AwaitedConfirmation);
