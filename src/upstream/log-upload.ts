/** Uploading sealed batches to the portal's intake. */
import fetch, { Blob, FormData, type Response } from 'node-fetch';
import { printable } from '../core/errors.ts';
import type { Clock, HitBatch, HitUploader, UploadAnswer } from '../core/ports.ts';
import {
  decodeKey,
  decodeReply,
  encodeFields,
  formatAuthorization,
  signUpload,
  UPLOAD_FIELDS,
  type UploadReply,
} from '../protocol/upload.ts';
import type { TlsTrust } from './dns-socket.ts';
import { networkError } from '../core/network-error.ts';
import { createHttpAgent } from './proxy.ts';
import { retryAfterMs } from './retry-after.ts';

/** Where and as whom batches are uploaded. */
export interface UploadOptions {
  /** `https://…` or `http://…`. */
  readonly url: string;
  readonly deviceId: string;
  /** The device's key (base64); empty: uploads are not signed. */
  readonly autoKey: string;
  readonly trust: TlsTrust;
  readonly clock: Clock;
  /** HTTP proxy, `http://[user:password@]host:port`. Default: none. */
  readonly proxy?: URL | null;
  /** For one upload, answer included. Default 60 s. */
  readonly timeoutMs?: number;
}

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
  const { deviceId, autoKey, clock } = options;
  const headers = { 'User-Agent': 'ts-agent', Accept: 'application/json' };
  if (autoKey === '') return headers;
  const ts = Math.floor(clock.now() / 1000);
  const path = `${url.pathname}${url.search}`;
  const input = { method: 'POST', path, ts, batchId: batch.id, sha256: batch.sha256 };
  const signature = signUpload(input, decodeKey(autoKey));
  return { ...headers, Authorization: formatAuthorization({ deviceId, ts, signature }) };
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
