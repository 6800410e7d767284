/** Uploading sealed batches to the portal's intake. */
import fetch, { Blob, FormData, type Response } from 'node-fetch';
import { printable } from '../core/errors.ts';
import type { HitBatch, HitUploader, UploadAnswer } from '../core/ports.ts';
import { decodeReply, encodeFields, UPLOAD_FIELDS, type UploadReply } from '../protocol/upload.ts';
import { networkError } from '../core/network-error.ts';
import { authorizationFor, type IntakeAccess } from './intake-access.ts';
import { createHttpAgent } from './proxy.ts';
import { retryAfterMs } from './retry-after.ts';

/** Where and as whom batches are uploaded. */
export interface UploadOptions extends IntakeAccess {
  /** `https://…` or `http://…`. */
  readonly url: string;
}

/** For one upload, unless told otherwise. */
const TIMEOUT_MS = 60_000;
/** A longer answer is none of the intake. */
const MAX_REPLY_BYTES = 65_536;
const MAX_MESSAGE = 300;
const REJECTED = new Set([400, 413, 415, 422]);
const DENIED = new Set([401, 403]);
const TAKEN = new Set([200, 201, 409]);

/**
 * The intake at `url`. A batch counts as accepted only when the answer (200, 201, or 409 for one it had) echoes
 * its id and SHA-256. Redirects are not followed: the batch would go to another place than was set.
 */
export function createHitUploader(options: UploadOptions): HitUploader {
  const url = new URL(options.url);
  const { trust, proxy = null, timeoutMs = TIMEOUT_MS } = options;
  const agent = createHttpAgent(url.protocol, { trust, proxy });
  return {
    async upload(batch) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(url, {
          method: 'POST',
          body: formOf(batch, options.deviceId),
          headers: headersOf(batch, url, options),
          agent,
          redirect: 'manual',
          size: MAX_REPLY_BYTES,
          signal,
        });
        const body = await response.text();
        return answerOf(batch, response, body, options.clock.now());
      } catch (error) {
        const reason = signal.aborted
          ? `no answer within ${timeoutMs / 1000} s`
          : networkError(error).message;
        return retry(`${url.host}: ${printable(reason)}`, null);
      }
    },
  };
}

function formOf(batch: HitBatch, deviceId: string): FormData {
  const form = new FormData();
  const fields = encodeFields({ ...batch, deviceId, batchId: batch.id });
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const file = new Blob([batch.body], { type: 'application/gzip' });
  form.set(UPLOAD_FIELDS.file, file, `${batch.id}.gz`);
  return form;
}

function headersOf(batch: HitBatch, url: URL, options: UploadOptions): Record<string, string> {
  const headers = { 'User-Agent': 'ts-agent', Accept: 'application/json' };
  // Without a key uploads are not signed.
  if (options.autoKey === '') return headers;
  const content = { batchId: batch.id, sha256: batch.sha256 };
  return { ...headers, Authorization: authorizationFor(url, content, options) };
}

function answerOf(batch: HitBatch, response: Response, body: string, now: number): UploadAnswer {
  const { status, headers } = response;
  const reply = decodeReply(body);
  const message = said(status, reply, body);
  if (TAKEN.has(status)) {
    if (reply?.batchId === batch.id && reply.sha256 === batch.sha256) {
      return { kind: 'accepted', message };
    }
    return retry(`the intake did not confirm batch ${batch.id}: ${message}`, null);
  }
  if (REJECTED.has(status)) return { kind: 'rejected', message };
  if (DENIED.has(status)) return { kind: 'denied', message };
  if (status >= 300 && status < 400) {
    const target = printable((headers.get('location') ?? 'nowhere').slice(0, MAX_MESSAGE));
    return retry(`the intake redirects to ${target}; set log_url to where logs belong`, null);
  }
  return retry(message, retryAfterMs(headers.get('retry-after'), now));
}

function said(status: number, reply: UploadReply | null, body: string): string {
  const text = printable((reply?.message ?? body).trim().slice(0, MAX_MESSAGE));
  if (status === 200 || status === 201) return text;
  return `status ${status}${text === '' ? '' : `, ${text}`}`;
}

function retry(message: string, waitMs: number | null): UploadAnswer {
  return { kind: 'retry', message, retryAfterMs: waitMs };
}
