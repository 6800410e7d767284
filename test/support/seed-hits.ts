import type { Clock, Hit, HitStore } from '../../src/core/ports.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import type { Database } from '../../src/system/sqlite.ts';
import { randomHit, seededRandom } from './random-hits.ts';
import { hitTimes } from './traffic.ts';

/** How many hits, over which time. */
export interface SeedOptions {
  readonly hits: number;
  /** The last one is logged now. */
  readonly now: number;
  readonly days: number;
  readonly seed?: number;
  readonly progress?: (done: number) => void;
}

/** More hits than are kept is no use. */
const KEPT_BYTES = 1e13;
const PER_APPEND = 2_000;
const APPENDS_PER_BATCH = 50;

/** Writes hits by the store itself, as if they were collected at their time and all of them uploaded. */
export function seedHits(database: Database, options: SeedOptions): HitStore {
  const { hits: total, now, days, progress } = options;
  const start = now - days * 86_400_000;
  const random = seededRandom(options.seed ?? 1);
  const timeOf = hitTimes(total, start, now);
  let time = start;
  const clock: Clock = { now: () => time, sleep: () => Promise.resolve() };
  const store = createHitStore(database, { clock, keptBytes: KEPT_BYTES });
  // A seed that is cut short is made again.
  database.exec('PRAGMA synchronous = OFF');
  let batch: Hit[] = [];
  for (let done = 1; done <= total; done += 1) {
    time = timeOf(done);
    batch.push(randomHit(random, time));
    if (batch.length < PER_APPEND && done < total) continue;
    store.append('seed', batch, `${done}`);
    batch = [];
    if (done % (PER_APPEND * APPENDS_PER_BATCH) !== 0 && done < total) continue;
    upload(store);
    progress?.(done);
  }
  database.exec('PRAGMA synchronous = FULL');
  return store;
}

/** All that waits counts as uploaded. */
export function upload(store: HitStore): void {
  store.seal();
  for (let sealed = store.nextBatch(0); sealed !== null; sealed = store.nextBatch(0)) {
    store.accepted(sealed.id);
  }
}
