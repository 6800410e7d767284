import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { HostError, messageOf } from '../../core/errors.ts';
import { createAdminApp, type AdminOptions } from './app.ts';

/** The names and addresses in a certificate. @throws HostError when it is none, or the key is not its own */
export function namesOf({ cert, key }: AdminTls): readonly string[] {
  try {
    const certificate = new X509Certificate(cert);
    if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is another');
    const names = (certificate.subjectAltName ?? '').split(', ');
    return names.flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []);
  } catch (cause) {
    throw new HostError(`the certificate of the admin pages: ${messageOf(cause)}`, {
      remedy: 'Give a certificate (chain) and its key as PEM files.',
      cause,
    });
  }
}

const MAX_CONNECTIONS = 200;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;

/** Certificate (chain) and key, PEM. */
export interface AdminTls {
  readonly cert: string;
  readonly key: string;
}

/** The admin pages and the API over HTTPS, not yet listening. */
export function createAdminServer(options: AdminOptions, { key, cert }: AdminTls): Server {
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server = createServer(
    { key, cert, minVersion: 'TLSv1.2', ...timeouts },
    createAdminApp(options),
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
