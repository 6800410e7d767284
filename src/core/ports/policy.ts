/**
 * Policies: what is fetched, and from where.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type { PrefixList, PrefixTable } from '../prefix-list.ts';
import type { Report } from './host.ts';

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
   * @param report told of each step; none: nobody is
   * @throws PolicyError naming server, list and reason; nothing partial is ever returned.
   */
  fetch(
    request: PolicyRequest,
    known: PolicyVersion | null,
    report?: Report,
  ): Promise<FetchedPolicy | 'unchanged'>;
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
