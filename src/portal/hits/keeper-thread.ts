import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HostError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { threadTime, type ThreadTime } from '../thread-clock.ts';
import { logLinesOf } from '../thread-log.ts';
import { isStopped } from './is-stopped.ts';
import { tellHitsWait, type HitKeeper, type HitKeeping } from './hit-keeper.ts';

/** What the thread keeps. */
export interface KeptHits {
  readonly stateDir: string;
  /** From `hitsDatabaseOf`. */
  readonly database: string;
  readonly intakeDir: string;
  readonly keepDays: number;
}

/** What the thread is told. */
export interface KeeperOrder extends KeptHits, ThreadTime {}

const WORKER = new URL(`./keeper-worker${extname(import.meta.filename)}`, import.meta.url);
/** After a thread that failed, so that a fault of the disk does not keep a core busy. */
const PAUSE_MS = 10_000;
/** Young objects of the thread, MB: the rows of some thousand lines. */
const YOUNG_MB = 4;

/**
 * Imports and prunes hits in a thread with connections of its own: a commit of a thousand rows takes some 50 ms, and the
 * services answer meanwhile. A thread that fails is an open problem, and another takes its place: what it had not stored
 * waits on disk.
 */
export function keepHitsInThread(
  kept: KeptHits,
  ports: Pick<HitKeeping, 'store' | 'clock' | 'log'>,
): HitKeeper {
  const { clock, log } = ports;
  const stopped = new AbortController();
  let worker: Worker | null = null;
  let cutPause: () => void = () => undefined;
  const round = async (): Promise<void> => {
    worker = start({ ...kept, ...threadTime(clock) }, log);
    const failure = await failureOf(worker);
    worker = null;
    if (isStopped(stopped.signal)) return;
    tellHitsWait(ports, new HostError(`the thread that keeps them ended: ${failure}`));
    await new Promise<void>((resolve) => {
      cutPause = resolve;
      setTimeout(resolve, PAUSE_MS).unref();
    });
  };
  const run = async (): Promise<void> => {
    while (!isStopped(stopped.signal)) await round();
  };
  const running = run();
  return {
    wake: () => worker?.postMessage('wake'),
    stop: async () => {
      stopped.abort();
      worker?.postMessage('stop');
      cutPause();
      await running;
    },
  };
}

function start(workerData: KeeperOrder, log: Log): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(WORKER, { workerData, resourceLimits });
  logLinesOf(worker, log);
  return worker;
}

async function failureOf(worker: Worker): Promise<string> {
  try {
    const [code] = (await once(worker, 'exit')) as [number];
    return `exit code ${code}`;
  } catch (error) {
    // `once` rejects with the error of the thread.
    return messageOf(error);
  }
}
