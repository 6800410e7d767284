/** Telling the portal what this device enforces (docs/protocol.md, 5) and exempts (6). */
import { createHash } from 'node:crypto';
import fetch from 'node-fetch';
import { PortalError, printable } from '../core/errors.ts';
import type { BeaconSender, ExemptionSender } from '../core/ports.ts';
import { BEACON_PATH, EXEMPTIONS_PATH } from '../protocol/report-paths.ts';
import { networkError } from '../core/network-error.ts';
import { authorizationFor, type IntakeAccess } from './intake-access.ts';
import { createHttpAgent } from './proxy.ts';

/** Where and as whom reports are sent. */
export interface SenderOptions extends IntakeAccess {
  /** URL of the upload of hits: reports go to the same server. */
  readonly logUrl: string;
}

/** For the whole exchange, unless told otherwise. */
const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 4_096;
const MAX_MESSAGE = 200;

/** Sends beacons. */
export function createBeaconSender(options: SenderOptions): BeaconSender {
  return { send: createSender(options, BEACON_PATH, 'beacons') };
}

/** Sends exemptions. */
export function createExemptionSender(options: SenderOptions): ExemptionSender {
  return { send: createSender(options, EXEMPTIONS_PATH, 'exemptions') };
}

/** A report is signed as an upload is, with the SHA-256 of its body and an empty batch id. */
function createSender(
  options: SenderOptions,
  path: string,
  what: string,
): (report: object) => Promise<void> {
  const url = new URL(path, options.logUrl);
  const { trust, proxy = null, timeoutMs = TIMEOUT_MS } = options;
  const agent = createHttpAgent(url.protocol, { trust, proxy });
  return async (report) => {
    const body = JSON.stringify(report);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const headers = headersOf(body, url, options);
      const request = { method: 'POST', body, headers, agent, signal, size: MAX_REPLY_BYTES };
      const answer = await fetch(url, { ...request, redirect: 'manual' });
      const text = await answer.text();
      if (!answer.ok) throw new PortalError(refusal(answer.status, text, what));
    } catch (error) {
      throw failure(url, signal.aborted ? `no answer within ${timeoutMs / 1000} s` : error);
    }
  };
}

function headersOf(body: string, url: URL, options: SenderOptions): Record<string, string> {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return {
    'User-Agent': 'ts-agent',
    'Content-Type': 'application/json',
    Authorization: authorizationFor(url, { batchId: '', sha256 }, options),
  };
}

function refusal(status: number, text: string, what: string): string {
  if (status === 404) return `this portal takes no ${what} (status 404)`;
  return `status ${status}, ${printable(text.trim().slice(0, MAX_MESSAGE))}`;
}

function failure(url: URL, thrown: unknown): PortalError {
  const reason =
    typeof thrown === 'string'
      ? thrown
      : thrown instanceof PortalError
        ? thrown.message
        : networkError(thrown).message;
  return new PortalError(`${url.host}: ${printable(reason)}`, { cause: thrown });
}
