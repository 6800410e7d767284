import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import { systemClock } from '../system/clock.ts';
import type { Environment } from '../system/proxy-setting.ts';
import type { ChoresOrder } from './chores-worker.ts';
import { anythingDue } from './chores.ts';
import { createNotifier } from './dns/notifier.ts';
import type { Store } from './store.ts';
import { threadTime } from './thread-clock.ts';
import { logLinesOf } from './thread-log.ts';
import { createFleetWatcher } from './watch-fleet.ts';

/** What the housekeeper works with. */
export interface Housekeeping {
  readonly stateDir: string;
  /** For the proxy of feeds. */
  readonly environment: Environment;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_MS = 1_000;
/** After a thread that failed, so that a fault of the disk does not keep a core busy. */
const PAUSE_MS = 60_000;
const WORKER = new URL(`./chores-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * Looks every second whether a feed is due, a policy has changed, a secondary must be told or a device
 * is not well. The long work is done in a thread that ends with it, so that a policy of a million entries holds up no
 * answer and keeps no memory.
 * @returns stops it, when the work that is under way has ended
 */
export function startHousekeeper(keeping: Housekeeping): () => Promise<void> {
  const { store, clock, log } = keeping;
  const notify = createNotifier({ store, clock, log });
  const fleet = createFleetWatcher({ store, clock, log });
  let working: Promise<void> | null = null;
  let worker: Worker | null = null;
  let pausedUntil = 0;
  const work = async (): Promise<void> => {
    worker = new Worker(WORKER, { workerData: orderOf(keeping) });
    try {
      await ended(worker, log);
    } catch (error) {
      log.error(`the portal's own work failed: ${messageOf(error)}`);
      pausedUntil = systemClock.now() + PAUSE_MS;
    }
    worker = null;
    working = null;
  };
  const look = (): void => {
    try {
      notify.look();
      fleet.look();
      if (working !== null || systemClock.now() < pausedUntil) return;
      if (anythingDue(store, clock.now())) working = work();
    } catch (error) {
      log.error(`looking for the portal's own work: ${messageOf(error)}`);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return async () => {
    clearInterval(timer);
    notify.stop();
    await fleet.stop();
    // What it has begun in the database is rolled back; it is due again at the next start.
    await worker?.terminate();
    await working;
  };
}

function orderOf({ stateDir, environment, clock }: Housekeeping): ChoresOrder {
  return { stateDir, environment, ...threadTime(clock) };
}

async function ended(worker: Worker, log: Log): Promise<void> {
  logLinesOf(worker, log);
  await once(worker, 'exit');
}
