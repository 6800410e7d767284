import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HostError, messageOf } from '../core/errors.ts';
import type { Actor, Clock } from '../core/ports.ts';
import type { Environment } from '../system/proxy-setting.ts';
import {
  fromAnswer,
  type OperationAnswer,
  type OperationName,
  type OperationOrder,
  type Operations,
} from './operation.ts';
import { threadTime } from './thread-clock.ts';

/** Does an operation on whole lists. @throws AgentError as the operation in `model/` does */
export type RunOperation = <N extends OperationName>(
  actor: Actor,
  name: N,
  given: Operations[N]['given'],
) => Promise<Operations[N]['result']>;

const WORKER = new URL(`./operation-worker${extname(import.meta.filename)}`, import.meta.url);

/** Operations on the state of a folder, one at a time, each in a thread that ends with it. */
export function createOperations(
  stateDir: string,
  clock: Clock,
  environment: Environment,
): RunOperation {
  let last: Promise<unknown> = Promise.resolve();
  return (actor, name, given) => {
    const turn = last.then(async () => {
      const order = { stateDir, environment, actor, name, given, ...threadTime(clock) };
      return fromAnswer(await inThread(order)) as never;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}

function inThread(order: OperationOrder): Promise<OperationAnswer> {
  const worker = new Worker(WORKER, { workerData: order });
  return new Promise((resolve, reject) => {
    let answer: OperationAnswer | null = null;
    const failed = (reason: string): void => {
      reject(new HostError(`the thread for "${order.name}" ended: ${reason}`));
    };
    worker.on('message', (message: OperationAnswer) => (answer = message));
    worker.on('error', (error) => failed(messageOf(error)));
    worker.on('exit', () => (answer === null ? failed('it gave no answer') : resolve(answer)));
  });
}
