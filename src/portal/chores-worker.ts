/** The thread of {@link startHousekeeper}: it does what is due once, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Environment } from '../system/proxy-setting.ts';
import { resolveName, runChores } from './chores.ts';
import { feedProxy } from './feed/feed-proxy.ts';
import { createFeedFetcher } from './feed/fetch-feed.ts';
import { openStore } from './store.ts';
import { threadClock, type ThreadTime } from './thread-clock.ts';
import { threadLog } from './thread-log.ts';

/** What the thread is told. */
export interface ChoresOrder extends ThreadTime {
  readonly stateDir: string;
  readonly environment: Environment;
}

const order = workerData as ChoresOrder;
const { stateDir, environment } = order;
const clock = threadClock(order);
const log = threadLog((line) => parentPort?.postMessage(line));
const store = openStore(stateDir);
try {
  const fetch = createFeedFetcher(feedProxy(store, environment));
  await runChores({ store, clock, log, fetch, resolve: resolveName });
} finally {
  store.close();
}
