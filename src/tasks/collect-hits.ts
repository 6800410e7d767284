/** The first half of the hits path: what is new in the firewall log, into the store. */
import type { Settings } from '../config/options.ts';
import { matchAll, matchPolicy, matchTrackers, parseTrackerRange } from '../core/log-line-match.ts';
import type { PolicyLookups } from '../core/log-line-match.ts';
import { matchKernelRules } from '../core/log-line-kernel.ts';
import { matchAnyPflog, matchPflog } from '../core/log-line-pflog.ts';
import { createHitReader, type HitReader } from '../core/hit-read.ts';
import { scanLines, type LineMatcher } from '../core/log-line-scan.ts';
import type { ZoneOffset } from '../core/log-time.ts';
import type { Clock, Hit, HitStore, LogGap, LogSource, RawHit } from '../core/ports.ts';

/** What collecting works with. */
export interface CollectPorts {
  readonly clock: Clock;
  readonly hits: HitStore;
  readonly source: LogSource;
  /** The policy in force; asked for when there is something to look up. */
  readonly policy: () => Promise<PolicyLookups>;
  /** The host's time zone: BSD syslog writes local time. */
  readonly zone: ZoneOffset;
}

/** What was collected. */
export interface Collected {
  /** Lines of ours, readable or not. */
  readonly lines: number;
  /** Those that could be read. */
  readonly hits: number;
  readonly gaps: number;
}

/** Hits stored in one transaction, about. A burst is not held in memory, and not lost when we are killed. */
const HITS_PER_APPEND = 2_000;
/** Blocks without a hit passed before the position is stored. */
const BLOCKS_PER_APPEND = 256;

/**
 * Reads the log on from the stored position. Hits and position are stored together, so that a kill at any
 * moment neither loses nor doubles a line.
 */
export async function collectHits(
  ports: CollectPorts,
  settings: Pick<Settings, 'trackers' | 'log_scope'>,
): Promise<Collected> {
  const { source, hits: store, policy } = ports;
  let matcher: LineMatcher | null = null;
  const batch = new Batch(ports);
  for await (const { bytes, next, gap } of source.read(store.position(source.name))) {
    // Made when there is something to look at, as it may take the policy.
    if (bytes.length > 0) matcher ??= await matcherFor(source, settings, policy);
    const found = matcher === null ? [] : linesIn(bytes, matcher);
    batch.add(found.length === 0 ? [] : readWith(await batch.reader(), found), next, gap);
  }
  return batch.end();
}

async function matcherFor(
  { format }: Pick<LogSource, 'format'>,
  { trackers, log_scope: scope }: Pick<Settings, 'trackers' | 'log_scope'>,
  policy: () => Promise<PolicyLookups>,
): Promise<LineMatcher> {
  const ranges = trackers.map(parseTrackerRange);
  if (format === 'pflog')
    return scope === 'all' ? matchAnyPflog() : matchPflog(scope, await policy());
  if (scope === 'all') return matchAll();
  // Without trackers, our rules are those that log with our prefix.
  if (ranges.length === 0) return matchKernelRules();
  return scope === 'rules' ? matchTrackers(ranges) : matchPolicy(ranges, await policy());
}

/** Copies, because the block is used again (a Buffer's own `slice` would share it). */
function linesIn(bytes: Uint8Array, matcher: LineMatcher): Uint8Array[] {
  const found: Uint8Array[] = [];
  scanLines(bytes, matcher, (start, end) => found.push(new Uint8Array(bytes.subarray(start, end))));
  return found;
}

function readWith(read: HitReader, lines: readonly Uint8Array[]): readonly (Hit | RawHit)[] {
  return lines.map(read);
}

/** Hits not stored yet, and what was stored. */
class Batch {
  readonly #ports: CollectPorts;
  #reader: HitReader | null = null;
  #hits: (Hit | RawHit)[] = [];
  #gaps: LogGap[] = [];
  #next: string | null = null;
  #blocks = 0;
  #total = { lines: 0, hits: 0, gaps: 0 };

  constructor(ports: CollectPorts) {
    this.#ports = ports;
  }

  /** Made for the first line of ours: most runs find none and need no policy. */
  async reader(): Promise<HitReader> {
    const { clock, zone, policy } = this.#ports;
    this.#reader ??= createHitReader({ now: clock.now(), zone, policy: await policy() });
    return this.#reader;
  }

  add(hits: readonly (Hit | RawHit)[], next: string, gap: LogGap | undefined): void {
    this.#hits.push(...hits);
    if (gap !== undefined) this.#gaps.push(gap);
    this.#next = next;
    this.#blocks += 1;
    if (this.#hits.length >= HITS_PER_APPEND || this.#blocks >= BLOCKS_PER_APPEND) this.#store();
  }

  end(): Collected {
    this.#store();
    return this.#total;
  }

  #store(): void {
    if (this.#next === null) return;
    const { hits: store, source } = this.#ports;
    store.append(source.name, this.#hits, this.#next, this.#gaps);
    this.#total = {
      lines: this.#total.lines + this.#hits.length,
      hits: this.#total.hits + this.#hits.filter((hit) => 'direction' in hit).length,
      gaps: this.#total.gaps + this.#gaps.length,
    };
    this.#hits = [];
    this.#gaps = [];
    this.#next = null;
    this.#blocks = 0;
  }
}
