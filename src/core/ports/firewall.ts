/**
 * The firewall, and the copy of what it holds.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type { PrefixTable } from '../prefix-list.ts';
import type { Problem } from './host.ts';
import type { PolicyTables, TableName } from './policy.ts';
import type { PolicyRecord } from './records.ts';

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

/** How much of its limit of table entries the firewall uses. */
export interface TableCapacity {
  /** Entries of our tables, and of all others. */
  readonly ours: number;
  readonly others: number;
  /** Most entries of all tables together. */
  readonly limit: number;
  /** Room that they need: a firewall may have to hold them twice while it loads its rules. */
  readonly needed: number;
}

/** What the firewall holds, read back from it. */
export interface Enforced {
  readonly tables: Readonly<Record<TableName, EnforcedTable | null>>;
  /** Whether the rules that use the tables are in place. */
  readonly rulesInPlace: boolean;
  /** Absent: the firewall has no limit for all tables together, or does not tell it. */
  readonly capacity?: TableCapacity;
  readonly problems: readonly Problem[];
}

/** The limit of entries of all tables together; null: the firewall has none. */
export interface TableLimitChange {
  readonly before: number | null;
  readonly after: number | null;
}

/** Why a policy did not fit, and the number of table entries that it needs. */
export type TableShortage = Problem & { readonly raiseTo: number };

/** How closely the firewall is looked at. */
export interface Look {
  /**
   * How long ago, ms, the entries of a large table may have been read, as long as the firewall tells of it what it told
   * then (of rules and small tables: always now). Default 0: all are read.
   */
  readonly maxAgeMs?: number;
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
  verify(look?: Look): Promise<Enforced>;
  /**
   * Ends the open connections to and from newly blocked prefixes, so that a block is in force at once. Connections of
   * other addresses are never touched.
   * @param added what is blocked from now on: what the last `apply` added, from our own difference, or the whole block
   * table when the rules were put in. Takes one listing of the connections, however large it is.
   * @returns how many connections were ended
   */
  cutConnections(added: PrefixTable): Promise<number>;
  /**
   * Makes room for so many entries in all tables together; never lowers the limit. Does nothing where there is none.
   * @param entries as `raiseTo` of a problem of the plan has it
   * @throws FirewallError when the number does not come into force; the limit is then what it was
   */
  raiseTableLimit(entries: number): Promise<TableLimitChange>;
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

/** The tables that a policy is kept as: those that are enforced, and those of its lists. */
export type KeptPolicy = Pick<PolicyRecord, 'tables' | 'listTables' | 'local'>;

/** Tables of the policies enforced last, kept on disk so that a reboot needs no network. */
export interface PolicyStore {
  /**
   * Writes a table beside those of other policies, before the firewall is touched, so that a full disk shows first.
   * @param hash its {@link setHash}
   * @throws HostError
   */
  save(table: PrefixTable, hash: string): Promise<void>;
  /** Whether all tables are there; not whether they are whole. */
  has(policy: KeptPolicy): Promise<boolean>;
  /** Null when a table is missing or damaged (is not what its hash says). @throws HostError */
  load(policy: Pick<PolicyRecord, 'tables'>): Promise<PolicyTables | null>;
  /** Null when it is missing or damaged. @throws HostError */
  loadTable(hash: string): Promise<PrefixTable | null>;
  /**
   * Removes tables of a policy that are damaged, so that they count as missing. Reads a file only when it changed since
   * the last call, as its times and size tell.
   * @returns how many there were
   * @throws HostError
   */
  dropDamaged(policy: KeptPolicy): Promise<number>;
  /** Removes all that no policy of these needs, also what a killed run left. */
  keepOnly(policies: readonly KeptPolicy[]): Promise<void>;
  clear(): Promise<void>;
}
