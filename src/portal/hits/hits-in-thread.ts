import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fromErrorData, type ErrorData } from '../../core/error-data.ts';
import { HostError, messageOf } from '../../core/errors.ts';
import type { HitStore } from './hit-store.ts';

/** What the thread is asked: a method of the store with what it is given. */
export interface HitCall {
  readonly id: number;
  readonly method: keyof HitStore;
  readonly given: readonly unknown[];
}

/** What came of it. */
export type HitAnswer = { readonly id: number } & (
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorData }
);

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const WORKER = new URL(`./hits-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * The hit store of a file in a thread of its own, one call after the other: a report over millions of hits takes seconds,
 * and the services answer meanwhile. The thread starts with the first call; after a fault with the next one.
 * @param database from `hitsDatabaseOf`
 */
export function openHitsInThread(database: string): HitStore {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let last = 0;
  const start = (): Worker => {
    const started = new Worker(WORKER, { workerData: database });
    started.on('message', (answer: HitAnswer) => {
      settle(waiting, answer);
      // A thread that has nothing to do keeps no process.
      if (waiting.size === 0) started.unref();
    });
    const ended = (reason: string): void => {
      if (worker === started) worker = null;
      for (const { reject } of waiting.values()) {
        reject(new HostError(`the thread that reads the hits ended: ${reason}`));
      }
      waiting.clear();
    };
    started.on('error', (error) => ended(messageOf(error)));
    started.on('exit', (code) => ended(`exit code ${code}`));
    return started;
  };
  const call = <T>(method: keyof HitStore, ...given: readonly unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve: resolve as Waiting['resolve'], reject });
      worker ??= start();
      worker.ref();
      worker.postMessage({ id: last, method, given } satisfies HitCall);
    });
  return {
    check: () => call('check'),
    stored: (...given) => call('stored', ...given),
    add: (...given) => call('add', ...given),
    find: (...given) => call('find', ...given),
    hourly: (...given) => call('hourly', ...given),
    top: (...given) => call('top', ...given),
    forget: (...given) => call('forget', ...given),
    prune: (...given) => call('prune', ...given),
    close: async () => {
      if (worker === null) return;
      await call('close');
      worker = null;
    },
  };
}

function settle(waiting: Map<number, Waiting>, answer: HitAnswer): void {
  const one = waiting.get(answer.id);
  waiting.delete(answer.id);
  if (answer.kind === 'done') one?.resolve(answer.result);
  else one?.reject(fromErrorData(answer.error));
}
