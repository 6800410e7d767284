/**
 * The thread that enforces one large policy: opens the device's ports for itself, does the work, answers and ends. It is
 * given its order as a message, as what is in `workerData` would stay in memory to the end.
 */
import { parentPort } from 'node:worker_threads';
import { collectGarbage } from '../system/collect-garbage.ts';
import { enforcePolicy } from '../tasks/enforce-policy.ts';
import { openPolicyPorts } from './open-policy-ports.ts';
import { toAnswer, type WorkerAnswer, type WorkerOrder } from './worker-answer.ts';

parentPort?.once('message', ({ location, order }: WorkerOrder) => {
  void answer(
    toAnswer(() => {
      const { ports, database } = openPolicyPorts(location);
      return enforcePolicy(ports, order, collectGarbage).finally(() => database.close());
    }),
  );
});

async function answer(outcome: Promise<WorkerAnswer>): Promise<void> {
  parentPort?.postMessage(await outcome);
}
