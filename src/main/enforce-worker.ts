/**
 * The thread that enforces one large policy: opens the device's ports for itself, does the work, answers and ends. It is
 * given its order as a message, as what is in `workerData` would stay in memory to the end.
 */
import { parentPort } from 'node:worker_threads';
import type { Report } from '../core/ports.ts';
import { collectGarbage } from '../system/collect-garbage.ts';
import { enforcePolicy } from '../tasks/enforce-policy.ts';
import { openPolicyPorts } from './open-policy-ports.ts';
import { toAnswer, type WorkerMessage, type WorkerOrder } from './worker-answer.ts';

parentPort?.once('message', ({ location, order }: WorkerOrder) => {
  void answer(
    toAnswer(() => {
      const { ports, database } = openPolicyPorts(location);
      const hooks = { letGo: collectGarbage, report: tell };
      return enforcePolicy(ports, order, hooks).finally(() => database.close());
    }),
  );
});

const tell: Report = (step, done, total) => {
  send({ kind: 'progress', step: { step, done: done ?? null, total: total ?? null } });
};

async function answer(outcome: Promise<WorkerMessage>): Promise<void> {
  send(await outcome);
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
