/**
 * The firewall log, the hits in it, and their way to the portal.
 * Interfaces only. Times are milliseconds since 1970 (UTC) unless a name says otherwise.
 */
import type {
  HitCursor,
  HitFilter,
  HitPage,
  StoredHit,
  TopKind,
  TopName,
  TopSpan,
} from './hit-search.ts';

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
  /** Why there may be no lines though all is set up; absent where there is no such reason. */
  readonly doubt?: { readonly message: string; readonly remedy: string };
  /** `pflog`: lines of `core/pflog-line.ts`, which name no rule that lasts. Default: lines of syslog. */
  readonly format?: 'pflog';
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
  /** `in`: from outside; `out`: an inside host sent it. Not always what the line says, see `createHitReader`. */
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
  recent(limit: number): readonly StoredHit[];
  /** Hits behind a place, or from the newest on; takes milliseconds, however many are kept. */
  find(filter: HitFilter, after: HitCursor | null, limit: number): HitPage;
  /** Null when it is not kept (any more). */
  byId(id: number): StoredHit | null;
  /** The names with the most blocked hits, most first; the empty name stands for those beyond what is counted apart. */
  top(kind: TopKind, span: TopSpan, limit: number): readonly TopName[];
  /** Sets how many bytes of hits are kept, about; what is over goes little by little. */
  keepBytes(bytes: number): void;
  /** The hits kept of one address, as source or destination. */
  ofAddress(address: string): AddressHits;
  /** Hits by hour, oldest first, from the hour that holds `from` on. */
  hourly(from: number): readonly HourlyHits[];
  /** Hits by day, oldest first, from the day that holds `from` on. */
  daily(from: number): readonly DailyHits[];
}

/** What was logged of one address. */
export interface AddressHits {
  /** At most 20,000 as source and as destination each. */
  readonly count: number;
  /** Time of the first and of the last hit that is kept; null without one. */
  readonly first: number | null;
  readonly last: number | null;
  /** Tracker ids of the rules that the newest of them met; empty where the log has none. */
  readonly trackers: readonly number[];
}

/** Where the hits are. Lines, except `quarantined` (batches) and `gaps` (gap records). */
export interface HitCounts {
  readonly collected: number;
  /** Collected in the 24 hours before now. */
  readonly lastDay: number;
  readonly waiting: number;
  /** When the oldest of the waiting lines was logged; null when none waits. */
  readonly oldestWaiting: number | null;
  readonly uploaded: number;
  readonly quarantined: number;
  readonly gaps: number;
  /** Lines of ours that could not be read as hits. */
  readonly unreadable: number;
  /** Lines dropped unsent because the spool, or the quarantine, was full. */
  readonly dropped: number;
}
