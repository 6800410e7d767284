/** Hits, how far the logs were read, and batches on their way out, in the agent's database. */
import type { Clock, HitStore } from '../core/ports.ts';
import type { Database } from '../system/sqlite.ts';
import { createCounters } from './hit-counters.ts';
import { createGaps } from './hit-gaps.ts';
import { createOutbox } from './hit-outbox.ts';
import { createRecentHits } from './hit-recent.ts';

/** The clock, and how much is kept. */
export interface HitStoreOptions {
  readonly clock: Clock;
  /** Unsent lines and batches together, in bytes. Default 50 MB. The oldest are dropped, counted and reported as a gap. */
  readonly spoolBytes?: number;
  /** Lines of one batch before compression, in bytes. Default 4 MB. */
  readonly batchBytes?: number;
  /** Newest hits kept for the page. Default 100,000. */
  readonly keptHits?: number;
}

const DAY_MS = 86_400_000;

/** The store in the database. Each call is one transaction. */
export function createHitStore(database: Database, options: HitStoreOptions): HitStore {
  const { clock, spoolBytes = 50_000_000, batchBytes = 4_000_000, keptHits = 100_000 } = options;
  const counters = createCounters(database);
  const gaps = createGaps(database);
  const recent = createRecentHits(database, keptHits);
  const outbox = createOutbox(database, { counters, gaps, spoolBytes, batchBytes });
  const positions = createPositions(database);
  return {
    position: (source) => positions.get(source)?.position ?? null,
    append(source, hits, next, lost = []) {
      const now = clock.now();
      database.transaction(() => {
        const from = Math.min(positions.get(source)?.moved_at ?? now, now);
        for (const gap of lost) {
          gaps.add({ source, reason: gap.reason, from, to: now, bytes: gap.bytes, lines: null });
        }
        outbox.add(hits);
        const unreadable = recent.add(hits, now);
        counters.add('collected', hits.length);
        counters.add('unreadable', unreadable);
        positions.set(source, next, now);
        outbox.trim(now);
      });
    },
    seal: () => database.transaction(() => outbox.seal(clock.now())),
    nextBatch: (now) => outbox.next(now),
    accepted: (id) => database.transaction(() => outbox.accepted(id)),
    quarantine: (id, reason) => outbox.quarantine(id, reason),
    retryAt: (id, time, reason) => outbox.retryAt(id, time, reason),
    retryNow: () => outbox.retryNow(),
    counts: () => ({
      collected: counters.get('collected'),
      unreadable: counters.get('unreadable'),
      uploaded: counters.get('uploaded'),
      dropped: counters.get('dropped'),
      lastDay: recent.since(clock.now() - DAY_MS),
      waiting: outbox.waitingLines(),
      quarantined: outbox.quarantined(),
      gaps: gaps.count(),
    }),
    recent: (limit) => recent.newest(limit),
    hourly: (from) => recent.hourly(from),
  };
}

interface PositionRow {
  readonly position: string;
  readonly moved_at: number;
}

function createPositions(database: Database) {
  const select = database.prepare('SELECT position, moved_at FROM log_positions WHERE source = ?');
  const upsert = database.prepare(
    `INSERT INTO log_positions (source, position, moved_at) VALUES (?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at`,
  );
  return {
    get: (source: string) => select.get(source) as PositionRow | undefined,
    set: (source: string, position: string, now: number) => void upsert.run(source, position, now),
  };
}
