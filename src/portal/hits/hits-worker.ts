/** The thread of {@link openHitsInThread}: it answers until the store is closed. */
import { parentPort, workerData } from 'node:worker_threads';
import { toErrorData } from '../../core/error-data.ts';
import { AgentError, HostError, messageOf } from '../../core/errors.ts';
import type { HitAnswer, HitCall } from './hits-in-thread.ts';
import type { HitStore } from './hit-store.ts';
import { openHits } from './open-hits.ts';

type Methods = Readonly<Record<keyof HitStore, (...given: readonly unknown[]) => Promise<unknown>>>;

/** Both ends have the same types; between them they are data. */
const methods = openHits(workerData as string) as unknown as Methods;

async function answerOf({ id, method, given }: HitCall): Promise<HitAnswer> {
  try {
    return { id, kind: 'done', result: await methods[method](...given) };
  } catch (thrown) {
    const error = thrown instanceof AgentError ? thrown : new HostError(messageOf(thrown));
    return { id, kind: 'failed', error: toErrorData(error) };
  }
}

parentPort?.on('message', (asked: HitCall) => {
  void answerOf(asked).then((answer) => {
    parentPort?.postMessage(answer);
    if (asked.method === 'close') parentPort?.close();
  });
});
