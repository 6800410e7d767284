import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FormatError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { decodeFields, type UploadFields, type UploadReply } from '../../protocol/upload.ts';
import type { Store } from '../store.ts';
import { checkSignature, claimOf, type Claim } from './authorize.ts';
import {
  countLines,
  discard,
  keepFile,
  receiveFile,
  type IntakeLimits,
  type ReceivedFile,
} from './batch-file.ts';
import { readForm, type FormFields } from './form.ts';
import { Refusal } from './refusal.ts';

/** What the intake works with. */
export interface Intake {
  readonly store: Store;
  readonly clock: Clock;
  /** Folder of the batches: `<device>/<batch id>.gz`. */
  readonly intakeDir: string;
  readonly limits: IntakeLimits;
  /** Called when a batch is kept. Default: nobody is told. */
  readonly onKept?: () => void;
}

/** How an upload ended; both mean that the portal has the batch. */
export interface UploadOutcome {
  readonly status: 200 | 409;
  readonly reply: UploadReply;
}

/**
 * Takes one batch: who, is it signed, receive, is it whole, keep. It answers only when file and row are on
 * disk, because the device forgets the batch then.
 * @param path path and query of the request line
 * @throws Refusal; any other error means that the portal could not store the batch
 */
export async function takeUpload(
  request: IncomingMessage,
  path: string,
  intake: Intake,
): Promise<UploadOutcome> {
  const claim = claimOf(request.headers.authorization, intake.store.devices, intake.clock.now());
  return readForm(request, intake.limits.file, async (form, file) => {
    const fields = authorized(form, claim, path);
    if (isKnown(fields, intake)) {
      file.resume();
      return { status: 409, reply: replyTo(fields) };
    }
    return await takeFile(fields, file, intake);
  });
}

function authorized(form: FormFields, claim: Claim, path: string): UploadFields {
  const fields = fieldsOf(form);
  checkSignature(claim, { method: 'POST', path, batchId: fields.batchId, sha256: fields.sha256 });
  if (fields.deviceId !== claim.device.id) {
    throw new Refusal(403, `${claim.device.id} may not send batches of ${fields.deviceId}`);
  }
  return fields;
}

function fieldsOf(form: FormFields): UploadFields {
  try {
    return decodeFields(form);
  } catch (error) {
    throw error instanceof FormatError ? new Refusal(400, error.message, error) : error;
  }
}

/** @throws Refusal 422 when the id was used for another file: taking it for the known one would lose this one */
function isKnown({ deviceId, batchId, sha256 }: UploadFields, { store }: Intake): boolean {
  const known = store.batches.sha256(deviceId, batchId);
  if (known !== null && known !== sha256) {
    throw new Refusal(422, `batch ${batchId} was taken before with other content`);
  }
  return known !== null;
}

async function takeFile(
  fields: UploadFields,
  file: Readable,
  intake: Intake,
): Promise<UploadOutcome> {
  const received = await receiveFile(file, intake.intakeDir, intake.limits);
  try {
    const kept = await keep(fields, received, intake);
    return { status: kept ? 200 : 409, reply: replyTo(fields) };
  } finally {
    await discard(received.path);
  }
}

async function keep(
  fields: UploadFields,
  received: ReceivedFile,
  { store, clock, intakeDir, limits, onKept }: Intake,
): Promise<boolean> {
  if (received.sha256 !== fields.sha256) {
    throw new Refusal(422, `the file's SHA-256 is ${received.sha256}, not ${fields.sha256}`);
  }
  const lines = await countLines(received.path, limits);
  const batch = { fields, bytes: received.bytes, lines, received: clock.now() };
  const target = join(intakeDir, fields.deviceId, `${fields.batchId}.gz`);
  const kept = store.batches.add(batch, () => keepFile(received.path, target));
  if (kept) onKept?.();
  return kept;
}

function replyTo({ deviceId, batchId, sha256 }: UploadFields): UploadReply {
  return { batchId, sha256, message: `Log file uploaded successfully for ${deviceId}` };
}
