/** The hits of all devices, for reports. Times are milliseconds since 1970 (UTC). */
import type { Prefix } from '../../core/prefix-list.ts';

/** One logged packet of a batch. */
export interface PortalHit {
  /** Its line in the batch, from 0. */
  readonly line: number;
  readonly time: number;
  /** `out`: the inside host sent it. */
  readonly direction: 'in' | 'out';
  readonly action: string;
  readonly protocol: string;
  readonly interface: string;
  /** The address outside, and the host inside, as logged (the device may mask the latter). */
  readonly remote: string;
  readonly inside: string;
  /** Destination port; null for a protocol without. */
  readonly port: number | null;
  readonly sourcePort: number | null;
}

/** A hit with where it came from. */
export interface ReportedHit extends PortalHit {
  readonly device: string;
  readonly batch: string;
}

/** Which hits are asked for; what is absent does not matter. */
export interface ReportFilter {
  readonly devices?: readonly string[];
  readonly direction?: 'in' | 'out';
  /** The outside or the inside address is in it. */
  readonly address?: Prefix;
  readonly port?: number;
  readonly from?: number;
  readonly to?: number;
}

/** A place in the hits, newest first. */
export type ReportCursor = Pick<ReportedHit, 'time' | 'device' | 'batch' | 'line'>;

/** What blocked hits are counted by. `port` is such as `22/tcp`; `inside` counts hosts that tried to reach out. */
export type ReportKind = 'remote' | 'port' | 'inside' | 'device';

/** A name and its hits. */
export interface NamedCount {
  readonly name: string;
  readonly hits: number;
}

/** Hits of one hour (`time` is its start) of one direction, blocked or not. */
export interface HourCount {
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly blocked: boolean;
  readonly hits: number;
}

/** A part of a batch; see {@link HitStore.add}. */
export interface HitPart {
  readonly device: string;
  readonly batch: string;
  /** Number of the first line, from 0, and how many lines, also such as are no hits. */
  readonly from: number;
  readonly lines: number;
  readonly hits: readonly PortalHit[];
}

/** Where hits are kept: SQLite or PostgreSQL. All methods reject with HostError when the database does not answer. */
export interface HitStore {
  /** Asks the database for a little. */
  check(): Promise<void>;
  /** Lines of the batch that are stored. */
  stored(device: string, batch: string): Promise<number>;
  /** Stores a part, all or nothing, and counts it. One that begins before what is stored is left out: it is there. */
  add(part: HitPart): Promise<void>;
  /** Newest first. */
  find(
    filter: ReportFilter,
    after: ReportCursor | null,
    limit: number,
  ): Promise<readonly ReportedHit[]>;
  /** Hits by hour, oldest first. Counted beforehand, unless the filter has an address or a port. */
  hourly(filter: ReportFilter): Promise<readonly HourCount[]>;
  /**
   * The names with the most blocked hits. Counted beforehand, by whole days (UTC), unless the filter has an address, a
   * port or a direction.
   */
  top(kind: ReportKind, filter: ReportFilter, limit: number): Promise<readonly NamedCount[]>;
  /** Forgets that a batch was stored; its hits stay. */
  forget(device: string, batch: string): Promise<void>;
  /** Removes hits and counts from before `time`, so many of each at most. @returns how many went */
  prune(time: number, limit: number): Promise<number>;
  close(): Promise<void>;
}
