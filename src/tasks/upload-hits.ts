/** The second half of the hits path: what waits in the store, to the portal. */
import { LONGEST_WAIT_MS, retryDelayMs } from '../core/hit-retry.ts';
import type {
  HitBatch,
  HitStore,
  HitUploader,
  LineMask,
  Report,
  UploadAnswer,
} from '../core/ports.ts';
import { noReport } from './progress.ts';

/** What uploading works with. */
export interface UploadPorts {
  readonly hits: HitStore;
  readonly uploader: HitUploader;
  /** A number from 0 to 1, so that devices do not retry at the same moment. */
  readonly random: () => number;
  /** Changes lines before they are sealed; none: they go as they were logged. */
  readonly mask?: LineMask;
  readonly report?: Report;
}

/** What was uploaded. */
export interface Uploaded {
  /** Batches and lines the intake accepted. */
  readonly batches: number;
  readonly lines: number;
  /** Lines that still wait. */
  readonly waiting: number;
  /** What the intake said last; empty when nothing was due. */
  readonly message: string;
  /** The intake does not take this device, or not its key. */
  readonly denied: boolean;
}

/**
 * Seals what was collected and sends the batches that are due, oldest first, until one has to wait. A batch is
 * forgotten only when the intake confirmed it.
 * @param now milliseconds since 1970
 */
export async function uploadHits(ports: UploadPorts, now: number): Promise<Uploaded> {
  const { hits, uploader, report = noReport } = ports;
  let [batches, lines, message, denied] = [0, 0, '', false];
  hits.seal(ports.mask);
  const all = hits.counts().waiting;
  for (let batch = hits.nextBatch(now); batch !== null; batch = hits.nextBatch(now)) {
    report('sending lines', lines, all);
    const answer = await uploader.upload(batch);
    settle(ports, batch, answer, now);
    message = answer.message;
    denied = answer.kind === 'denied';
    if (answer.kind === 'accepted') {
      batches += 1;
      lines += batch.kind === 'hits' ? batch.lines : 0;
    } else if (answer.kind !== 'rejected') {
      break;
    }
  }
  return { batches, lines, waiting: hits.counts().waiting, message, denied };
}

function settle(
  { hits, random }: UploadPorts,
  batch: HitBatch,
  answer: UploadAnswer,
  now: number,
): void {
  switch (answer.kind) {
    case 'accepted':
      hits.accepted(batch.id);
      break;
    case 'rejected':
      hits.quarantine(batch.id, answer.message);
      break;
    case 'denied':
      hits.denyUntil(batch.id, now + LONGEST_WAIT_MS, answer.message);
      break;
    case 'retry': {
      const wait = retryDelayMs(batch.attempts + 1, random(), answer.retryAfterMs);
      hits.retryAt(batch.id, Math.ceil(now + wait), answer.message);
    }
  }
}
