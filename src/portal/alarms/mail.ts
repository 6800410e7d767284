import { isLoopback } from '../../core/host-name.ts';
import { PortalError, messageOf } from '../../core/errors.ts';
import type { AlarmEvent, MailConfig } from '../tables/alarms.ts';
import { alarmText, alarmTitle } from './alarm-text.ts';

const TIMEOUT_MS = 30_000;

/**
 * Sends an event by SMTP, over TLS unless the server is on this machine.
 * @throws PortalError when the server did not take it
 */
export async function sendMail(config: MailConfig, id: string, event: AlarmEvent): Promise<void> {
  const { hostname, port, protocol } = new URL(config.server);
  const secure = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const { user, password: pass } = config;
  // Loaded by the first mail: most portals send none.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    ...{ host, port: port === '' ? (secure ? 465 : 587) : Number(port), secure },
    requireTLS: !secure && !isLoopback(host),
    // What listens on this machine seldom has a certificate that can be checked.
    ...(isLoopback(host) ? { tls: { rejectUnauthorized: false } } : {}),
    ...(user === '' ? {} : { auth: { user, pass } }),
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({
      ...{ from: config.from, to: [...config.to] },
      ...{ subject: alarmTitle(event), text: alarmText(event) },
      messageId: `<${id}@${config.from.split('@').at(-1) ?? 'ts-portal'}>`,
    });
  } catch (cause) {
    throw new PortalError(`the mail server did not take it: ${messageOf(cause)}`, { cause });
  } finally {
    transport.close();
  }
}
