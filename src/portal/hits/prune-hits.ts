import { join } from 'node:path';
import { discard } from '../intake/batch-file.ts';
import type { Store } from '../store.ts';
import type { HitStore } from './hit-store.ts';

const HITS_AT_ONCE = 1_000;
const BATCHES_AT_ONCE = 100;

/** What pruning needs. */
export interface PrunePorts {
  readonly store: Store;
  readonly hits: HitStore;
  readonly intakeDir: string;
}

/**
 * Removes some of what is from before `time`: hits, counts, and the batches that are done with, first their files. Batches
 * that wait stay, however old.
 * @returns whether there may be more
 * @throws HostError when the database or the disk does not do its part
 */
export async function pruneStep(
  { store, hits, intakeDir }: PrunePorts,
  time: number,
): Promise<boolean> {
  const gone = await hits.prune(time, HITS_AT_ONCE);
  const batches = store.batchStates.old(time, BATCHES_AT_ONCE);
  for (const batch of batches) {
    await discard(join(intakeDir, batch.deviceId, `${batch.batchId}.gz`));
    await hits.forget(batch.deviceId, batch.batchId);
    store.batchStates.remove(batch);
  }
  return gone > 0 || batches.length > 0;
}
