/**
 * The thread that enforces one large policy, or the exemptions from it: opens the device's ports for itself, does the work, answers and ends. It is
 * given its order as a message, as what is in `workerData` would stay in memory to the end.
 */
import { parentPort } from 'node:worker_threads';
import type { Report } from '../core/ports.ts';
import { collectGarbage } from '../system/collect-garbage.ts';
import { enforceExemptions } from '../tasks/enforce-exemptions.ts';
import { enforcePolicy, type EnforcePorts } from '../tasks/enforce-policy.ts';
import { openPolicyPorts } from './open-policy-ports.ts';
import {
  toAnswer,
  type WorkerMessage,
  type WorkerOrder,
  type WorkerResult,
} from './worker-answer.ts';

parentPort?.once('message', (order: WorkerOrder) => {
  void answer(
    toAnswer(() => {
      const { ports, database } = openPolicyPorts(order.location);
      return work(ports, order).finally(() => database.close());
    }),
  );
});

function work(ports: EnforcePorts, what: WorkerOrder): Promise<WorkerResult[typeof what.work]> {
  return what.work === 'policy'
    ? enforcePolicy(ports, what.order, { letGo: collectGarbage, report: tell })
    : enforceExemptions(ports, what.order);
}

const tell: Report = (step, done, total) => {
  send({ kind: 'progress', step: { step, done: done ?? null, total: total ?? null } });
};

async function answer(outcome: Promise<WorkerMessage>): Promise<void> {
  send(await outcome);
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}
