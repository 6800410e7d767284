import { createHmac } from 'node:crypto';
import { PortalError, messageOf } from '../../core/errors.ts';
import type { AlarmEvent, WebhookConfig } from '../tables/alarms.ts';
import { alarmBody } from './alarm-text.ts';

const TIMEOUT_MS = 15_000;

/**
 * Sends an event by HTTP POST. `X-TS-Signature: sha256=<hex>` is the HMAC-SHA-256 of `<X-TS-Timestamp>.<body>`; the same
 * event has the same id however often it is sent.
 * @param now seconds since 1970
 * @throws PortalError when the answer is not 2xx, a redirection included
 */
export async function sendWebhook(
  { url, secret }: WebhookConfig,
  id: string,
  event: AlarmEvent,
  now: number,
): Promise<void> {
  const body = alarmBody(id, event);
  const timestamp = String(now);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'ts-portal',
    'X-TS-Timestamp': timestamp,
    'X-TS-Signature': `sha256=${signature}`,
  };
  const status = await post(url, headers, body);
  if (status < 200 || status > 299) throw new PortalError(`the webhook answers ${status}`);
}

/** The texts of errors have no address: it may be a secret. */
async function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    await answer.body?.cancel();
    return answer.status;
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    throw new PortalError(`the webhook was not reached: ${messageOf(reason)}`);
  }
}
