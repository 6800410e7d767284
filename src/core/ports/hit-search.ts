/**
 * Asking the hits that are kept.
 * Interfaces only. Times are milliseconds since 1970 (UTC).
 */
import type { Prefix } from '../prefix-list.ts';
import type { Hit } from './hits.ts';

/** Which hits are asked for; what is absent does not matter. */
export interface HitFilter {
  readonly direction?: Hit['direction'];
  /** Whether the packet was kept back (`isBlocking`). */
  readonly blocked?: boolean;
  /** As logged. */
  readonly interface?: string;
  /** Source or destination is in it. */
  readonly address?: Prefix;
  /** Destination port. */
  readonly port?: number;
  /** As logged, lower case. */
  readonly protocol?: string;
  /** Logged at or after this moment. */
  readonly from?: number;
  /** Logged before this moment. */
  readonly to?: number;
}

/** A hit that is kept. */
export interface StoredHit extends Hit {
  readonly id: number;
}

/** A place in the hits, newest first: the hits behind it are older. */
export interface HitCursor {
  readonly time: number;
  readonly id: number;
}

/** Some hits, newest first. */
export interface HitPage {
  readonly hits: readonly StoredHit[];
  /** Where to go on; null: there are no more. */
  readonly next: HitCursor | null;
  /** False when the search ended early so that nobody waits for it: there may be more behind `next`. */
  readonly full: boolean;
}

/** What is counted by name: blocked hits by the address outside, by `<port>/<protocol>`, and by the inside host that tried to reach out. */
export type TopKind = 'address' | 'port' | 'inside';

/** How far back: the hour that runs and the 23 before, or the day that runs (UTC) and the 6 before. */
export type TopSpan = 'day' | 'week';

/** One of the names with the most hits. */
export interface TopName {
  readonly name: string;
  readonly hits: number;
}
