/** Hits, how far the logs were read, and batches on their way out, in the agent's database. */
import type { Clock, Hit, HitCounts, HitStore } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';
import { DAMAGED } from './agent-database.ts';
import { createAddressHits } from './hit-address.ts';
import { createCounters, type Counters } from './hit-counters.ts';
import { createGaps, type Gaps } from './hit-gaps.ts';
import { createOutbox, type Outbox } from './hit-outbox.ts';
import { createHitNames, type HitNames } from './hit-names.ts';
import { createRecentHits, type RecentHits } from './hit-recent.ts';
import { createHitSearch } from './hit-search.ts';
import { createHitSums, hourOf, type HitSums } from './hit-sums.ts';

/** The clock, and how much is kept. */
export interface HitStoreOptions {
  readonly clock: Clock;
  /** Unsent lines and batches together, in bytes. Default 50 MB. The oldest are dropped, counted and reported as a gap. */
  readonly spoolBytes?: number;
  /** Lines of one batch before compression, in bytes. Default 4 MB. */
  readonly batchBytes?: number;
  /** Hits kept for the page, in bytes, about; none is kept longer than 30 days. Default 200 MB. */
  readonly keptBytes?: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The store in the database. Each call is one transaction. */
export function createHitStore(database: Database, options: HitStoreOptions): HitStore {
  const { clock, spoolBytes = 50_000_000, batchBytes = 4_000_000 } = options;
  const counters = createCounters(database);
  const gaps = createGaps(database);
  const sums = createHitSums(database);
  const names = createHitNames(database);
  const recent = createRecentHits(database, counters, options.keptBytes ?? 200_000_000);
  const outbox = createOutbox(database, { counters, gaps, spoolBytes, batchBytes });
  const positions = createPositions(database);
  const prune = (now: number) => [recent, sums, names].forEach((kept) => kept.prune(now));
  return {
    position: (source) => positions.get(source)?.position ?? null,
    append(source, hits, next, lost = []) {
      const now = clock.now();
      database.transaction(() => {
        const from = Math.min(positions.get(source)?.moved_at ?? now, now);
        for (const gap of lost) gaps.add({ ...gap, source, from, to: now, lines: null });
        noteDamage(positions, gaps, source, now);
        outbox.add(hits);
        const readable = hits.filter((hit): hit is Hit => 'direction' in hit);
        recent.add(readable);
        sums.add(readable);
        names.add(readable);
        counters.add('collected', hits.length);
        counters.add('unreadable', hits.length - readable.length);
        positions.set(source, next, now);
        outbox.trim(now);
        prune(now);
      });
    },
    seal: (mask = (lines) => lines) =>
      database.transaction(() => {
        prune(clock.now());
        return outbox.seal(clock.now(), mask);
      }),
    nextBatch: (now) => outbox.next(now),
    accepted: (id) => database.transaction(() => outbox.accepted(id)),
    quarantine: (id, reason) =>
      database.transaction(() => outbox.quarantine(id, reason, clock.now())),
    retryAt: (id, time, reason) => outbox.retryAt(id, time, reason),
    denyUntil: (id, time, reason) => outbox.denyUntil(id, time, reason),
    retryNow: () => outbox.retryNow(),
    counts: () => countsOf({ counters, gaps, sums, outbox }, clock.now()),
    denial: () => outbox.denial(),
    gaps: (limit) => gaps.newest(limit),
    ...questionsOf(database, { recent, names, sums }),
  };
}

type Question = 'recent' | 'find' | 'byId' | 'top' | 'keepBytes' | 'ofAddress' | 'hourly' | 'daily';

/** What is asked of the hits that are kept. */
function questionsOf(
  database: Database,
  { recent, names, sums }: { recent: RecentHits; names: HitNames; sums: HitSums },
): Pick<HitStore, Question> {
  return {
    recent: (limit) => recent.newest(limit),
    find: createHitSearch(database),
    byId: (id) => recent.byId(id),
    top: (kind, span, limit) => names.top(kind, span, limit),
    keepBytes: (bytes) => recent.keepBytes(bytes),
    ofAddress: createAddressHits(database),
    hourly: (from) => sums.hourly(from),
    daily: (from) => sums.daily(from),
  };
}

function countsOf(
  parts: { counters: Counters; gaps: Gaps; sums: HitSums; outbox: Outbox },
  now: number,
): HitCounts {
  const { counters, gaps, sums, outbox } = parts;
  const lastDay = sums.hourly(hourOf(now - DAY_MS) + HOUR_MS);
  return {
    collected: counters.get('collected'),
    unreadable: counters.get('unreadable'),
    uploaded: counters.get('uploaded'),
    dropped: counters.get('dropped'),
    lastDay: lastDay.reduce((sum, { hits }) => sum + hits, 0),
    waiting: outbox.waitingLines(),
    oldestWaiting: outbox.oldestWaiting(),
    quarantined: outbox.quarantined(),
    gaps: gaps.count(),
  };
}

/** The first read of a log into a database that replaces a damaged one begins at the log's end. */
function noteDamage(positions: Positions, gaps: Gaps, source: string, now: number): void {
  const damaged = positions.get(source) === undefined ? positions.get(DAMAGED) : undefined;
  if (damaged === undefined) return;
  const reason = `the database was damaged and is kept as ${damaged.position}: what it held unsent, and lines logged until now, are not sent`;
  gaps.add({
    source,
    reason,
    from: Math.min(damaged.moved_at, now),
    to: now,
    bytes: null,
    lines: null,
  });
  positions.remove(DAMAGED);
}

interface PositionRow {
  readonly position: string;
  readonly moved_at: number;
}

type Positions = ReturnType<typeof createPositions>;

function createPositions(database: Database) {
  const select = database.prepare('SELECT position, moved_at FROM log_positions WHERE source = ?');
  const upsert = database.prepare(
    `INSERT INTO log_positions (source, position, moved_at) VALUES (?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at`,
  );
  const remove = database.prepare('DELETE FROM log_positions WHERE source = ?');
  return {
    remove: (source: string) => void remove.run(source),
    get: (source: string) => select.get(source) as PositionRow | undefined,
    set: (source: string, position: string, now: number) => void upsert.run(source, position, now),
  };
}
