/** The thread of {@link createOperations}: it does one operation, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Environment } from '../system/proxy-setting.ts';
import { feedProxy } from './feed/feed-proxy.ts';
import { createFeedFetcher } from './feed/fetch-feed.ts';
import { ConflictError, type Change } from './model/change.ts';
import { previewPolicy } from './model/preview.ts';
import { publishPolicy } from './model/publish.ts';
import { refreshFeed } from './model/refresh-feed.ts';
import { saveUserList } from './model/user-lists.ts';
import {
  toFailure,
  type OperationAnswer,
  type OperationName,
  type OperationOrder,
  type Operations,
} from './operation.ts';
import { openStore } from './store.ts';
import { threadClock } from './thread-clock.ts';

/** A change, and the environment of the portal. */
interface Worked extends Change {
  readonly environment: Environment;
}

type Work = {
  readonly [N in OperationName]: (
    change: Worked,
    given: Operations[N]['given'],
  ) => Operations[N]['result'] | Promise<Operations[N]['result']>;
};

const work: Work = {
  preview: ({ store }, { name, ...proposed }) => previewPolicy(store, name, proposed),
  publish: (change, { name }) => publishPolicy(change, name),
  saveList: (change, { name, fresh, ...request }) => {
    if (fresh && change.store.sources.get(name) !== null) {
      throw new ConflictError(`there is a list or feed ${name}`);
    }
    return saveUserList(change, name, request);
  },
  refreshFeed: (change, { name, accept }) =>
    refreshFeed(change, name, {
      fetch: createFeedFetcher(feedProxy(change.store, change.environment)),
      accept,
    }),
};

async function answerOf(order: OperationOrder): Promise<OperationAnswer> {
  const { stateDir, environment, actor } = order;
  const clock = threadClock(order);
  const store = openStore(stateDir);
  try {
    const run = work[order.name] as (change: Worked, given: unknown) => unknown;
    return { kind: 'done', result: await run({ store, clock, actor, environment }, order.given) };
  } catch (error) {
    return toFailure(error);
  } finally {
    store.close();
  }
}

parentPort?.postMessage(await answerOf(workerData as OperationOrder));
