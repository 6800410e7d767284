/** The thread of {@link keepHitsInThread}: it keeps the hits until it is told to stop. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../store.ts';
import { threadClock } from '../thread-clock.ts';
import { threadLog } from '../thread-log.ts';
import { startHitKeeper } from './hit-keeper.ts';
import type { KeeperOrder } from './keeper-thread.ts';
import { openHits } from './open-hits.ts';

const order = workerData as KeeperOrder;
const { stateDir, database, intakeDir, keepDays } = order;
const clock = threadClock(order);
const log = threadLog((line) => parentPort?.postMessage(line));
const store = openStore(stateDir);
const hits = openHits(database);
const keeper = startHitKeeper({ store, hits, intakeDir, clock, log, keepDays });

parentPort?.on('message', (message: 'wake' | 'stop') => {
  if (message === 'wake') keeper.wake();
  else void end();
});

async function end(): Promise<void> {
  await keeper.stop();
  store.close();
  parentPort?.close();
}
