/** The thread that enforces one large policy: opens the device's ports for itself, does the work, answers and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Log } from '../core/ports.ts';
import { enforcePolicy } from '../tasks/enforce-policy.ts';
import { openPorts } from './open-agent.ts';
import { toAnswer, type WorkerOrder } from './worker-answer.ts';

/** What happened is told by the answer; the main thread logs it. */
const quietLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

const { location, order } = workerData as WorkerOrder;
const ports = openPorts(location, quietLog);
const answer = await toAnswer(() => enforcePolicy(ports, order));
ports.close();
parentPort?.postMessage(answer);
