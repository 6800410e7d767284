/** Large policies are enforced in a thread of their own, so that page and log reading go on and the memory goes away. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AgentLocation } from '../cli/context.ts';
import { HostError, messageOf } from '../core/errors.ts';
import type { FetchedList, FetchedPolicy, Report } from '../core/ports.ts';
import type { Enforcement } from '../tasks/create-agent.ts';
import type { Cut } from '../tasks/cut-connections.ts';
import type { Refresh } from '../tasks/enforce-policy.ts';
import { noReport } from '../tasks/progress.ts';
import {
  fromAnswer,
  type WorkerAnswer,
  type WorkerMessage,
  type WorkerOrder,
} from './worker-answer.ts';

/**
 * Entries of a policy from which it gets a thread. Measured: below, the longest step holds the event loop up for about
 * 20 ms; a thread costs some 300 ms and 20 MB.
 */
const LARGE = 100_000;

/** Young objects of the thread, MB: it makes few. */
const YOUNG_MB = 1;

const WORKER = new URL(`./enforce-worker${extname(import.meta.filename)}`, import.meta.url);

/** @param inline how small policies are enforced, in this thread */
export function enforceBySize(location: AgentLocation, inline: Enforcement): Enforcement {
  return {
    policy: (order, report) =>
      entriesOf(order.fetched) < LARGE
        ? inline.policy(order, report)
        : (inWorker({ location, work: 'policy', order }, report) as Promise<Refresh>),
    exemptions: (order, policy) =>
      policy.tables.block.entries + policy.tables.allow.entries < LARGE
        ? inline.exemptions(order, policy)
        : (inWorker({ location, work: 'exemptions', order }, noReport) as Promise<Cut>),
  };
}

function entriesOf({ block, allow }: FetchedPolicy): number {
  return [...block, ...allow].flatMap(columnsOf).reduce((sum, list) => sum + list.size, 0);
}

function columnsOf({ include, exclude }: FetchedList) {
  return [include.v4, include.v6, exclude.v4, exclude.v6];
}

/** The columns of the order are moved, not copied: the order cannot be used afterwards. */
async function inWorker(order: WorkerOrder, report: Report): Promise<unknown> {
  const worker = new Worker(WORKER, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
  worker.postMessage(order, order.work === 'policy' ? buffersOf(order.order.fetched) : []);
  return fromAnswer(await answerOf(worker, report));
}

/** Resolves when the thread has ended, with its answer. @throws HostError when there is none */
function answerOf(worker: Worker, report: Report): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const failed = (reason: string): void => {
      reject(new HostError(`the thread that enforces the policy ended: ${reason}`));
    };
    let answer: WorkerAnswer | null = null;
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind !== 'progress') answer = message;
      else
        report(message.step.step, message.step.done ?? undefined, message.step.total ?? undefined);
    });
    worker.on('error', (error) => failed(messageOf(error)));
    worker.on('exit', () => (answer === null ? failed('it gave no answer') : resolve(answer)));
  });
}

/** Each buffer once. An empty one is not moved: the empty table that all share would be gone. */
function buffersOf({ block, allow }: FetchedPolicy): ArrayBuffer[] {
  const buffers = [...block, ...allow]
    .flatMap(columnsOf)
    .flatMap(({ words, lengths }) => [words.buffer, lengths.buffer])
    .filter((buffer) => buffer instanceof ArrayBuffer && buffer.byteLength > 0);
  return [...new Set(buffers as ArrayBuffer[])];
}
