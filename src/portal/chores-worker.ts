/** The thread of {@link startHousekeeper}: it does what is due once, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Clock } from '../core/ports.ts';
import { systemClock } from '../system/clock.ts';
import type { Environment } from '../system/proxy-setting.ts';
import { resolveName, runChores } from './chores.ts';
import { feedProxy } from './feed/feed-proxy.ts';
import { createFeedFetcher } from './feed/fetch-feed.ts';
import { openStore } from './store.ts';
import { threadLog } from './thread-log.ts';

/** What the thread is told. */
export interface ChoresOrder {
  readonly stateDir: string;
  /** The portal's clock minus the host's, ms. */
  readonly clockAheadMs: number;
  readonly environment: Environment;
}

const { stateDir, clockAheadMs, environment } = workerData as ChoresOrder;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + clockAheadMs };
const log = threadLog((line) => parentPort?.postMessage(line));
const store = openStore(stateDir);
try {
  const fetch = createFeedFetcher(feedProxy(store, environment));
  await runChores({ store, clock, log, fetch, resolve: resolveName });
} finally {
  store.close();
}
