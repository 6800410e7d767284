/**
 * From the batches that the intake keeps on disk to the hit store. The device got its answer when the file was on disk, so
 * a database that is down or slow loses nothing: its batches wait.
 */
import { join } from 'node:path';
import { HostError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { PendingBatch } from '../tables/batch-states.ts';
import type { Store } from '../store.ts';
import type { HitStore } from './hit-store.ts';
import { isStopped } from './is-stopped.ts';
import { readBatch } from './read-batch.ts';

/** Lines of one transaction. */
const LINES_AT_ONCE = 2_000;
const BATCHES_AT_ONCE = 50;
/** After a failure the database is asked again so much later. */
const PAUSE_MS = 10_000;

/** What importing needs. */
export interface ImportPorts {
  readonly store: Store;
  readonly hits: HitStore;
  readonly intakeDir: string;
  readonly log: Log;
}

/** What was done with a batch. */
export interface Imported {
  readonly hits: number;
  /** Lines that are no lines of a firewall log. */
  readonly unreadable: number;
}

/** Imports all batches that wait, oldest first. @throws HostError when the database or the disk does not do its part */
async function importWaiting(ports: ImportPorts, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (;;) {
    const waiting = ports.store.batchStates.pending(BATCHES_AT_ONCE);
    if (waiting.length === 0) return done;
    for (const batch of waiting) {
      if (isStopped(signal)) return done;
      await importOne(ports, batch, signal);
      done += 1;
    }
  }
}

async function importOne(
  ports: ImportPorts,
  batch: PendingBatch,
  signal: AbortSignal,
): Promise<void> {
  const { store, log } = ports;
  try {
    const imported = await importBatch(ports, batch, signal);
    if (imported !== null) store.batchStates.imported(batch, imported.unreadable);
  } catch (error) {
    if (error instanceof HostError) throw error;
    // The file is not what was taken: it is left where it is, counted, and the next batch gets its turn.
    log.error(`hits: batch ${batch.batchId} of ${batch.deviceId}: ${messageOf(error)}`);
    store.batchStates.quarantine(batch, messageOf(error));
  }
}

/**
 * Imports a batch, from where an earlier try ended.
 * @returns null when it was stopped before the end
 */
export async function importBatch(
  { hits, intakeDir }: Pick<ImportPorts, 'hits' | 'intakeDir'>,
  { deviceId: device, batchId: batch, first, received }: PendingBatch,
  signal?: AbortSignal,
): Promise<Imported | null> {
  const path = join(intakeDir, device, `${batch}.gz`);
  const stored = await hits.stored(device, batch);
  const sum = { hits: 0, unreadable: 0 };
  for await (const part of readBatch({ path, first, received }, LINES_AT_ONCE)) {
    sum.hits += part.hits.length;
    sum.unreadable += part.lines - part.hits.length;
    if (part.from >= stored) await hits.add({ device, batch, ...part });
    if (signal?.aborted === true) return null;
  }
  return sum;
}

/** Imports what comes in until it is stopped. */
export interface Importer {
  /** There is something new. */
  wake(): void;
  /** Resolves when the part at work is stored. */
  stop(): Promise<void>;
}

/**
 * Starts at once, with what waits from before. The database is asked also when nothing waits, so that one that is down is
 * known before there are hits.
 * @param onState told null when all is well, else why batches wait
 */
export function startImporter(
  ports: ImportPorts,
  onState: (problem: HostError | null) => void,
): Importer {
  const stopped = new AbortController();
  let wake: () => void = () => undefined;
  const run = async (): Promise<void> => {
    while (!isStopped(stopped.signal)) {
      const next = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const failed = await attempt(ports, stopped.signal, onState);
      if (isStopped(stopped.signal)) return;
      const timer = setTimeout(wake, failed ? PAUSE_MS : PAUSE_MS * 6);
      await next;
      clearTimeout(timer);
    }
  };
  const running = run();
  return {
    wake: () => wake(),
    async stop() {
      stopped.abort();
      wake();
      await running;
    },
  };
}

async function attempt(
  ports: ImportPorts,
  signal: AbortSignal,
  onState: (problem: HostError | null) => void,
): Promise<boolean> {
  try {
    await ports.hits.check();
    await importWaiting(ports, signal);
    onState(null);
    return false;
  } catch (error) {
    onState(error instanceof HostError ? error : new HostError(messageOf(error)));
    return true;
  }
}
