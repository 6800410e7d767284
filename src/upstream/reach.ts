/** Whether a service can be reached at all, for `tsadmin doctor`. */
import { connect } from 'node:net';
import fetch from 'node-fetch';
import { PortalError, printable } from '../core/errors.ts';
import type { TlsTrust } from './dns-socket.ts';
import { networkError } from '../core/network-error.ts';
import { createHttpAgent } from './proxy.ts';

const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;

/** Connects and hangs up. @throws PortalError saying why not */
export function connectOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new PortalError(printable(reason)));
    };
    socket.setTimeout(CONNECT_MS, () => fail(`no connection within ${CONNECT_MS / 1000} s`));
    socket.on('error', (error) => fail(networkError(error).message));
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}

/**
 * Asks a web server for its headers; any answer is good.
 * @returns the way there: `directly` or `by the proxy <host>`
 * @throws PortalError without connection, or for a certificate that cannot be trusted
 */
export async function reachWebServer(
  url: string,
  trust: TlsTrust,
  proxy: URL | null,
): Promise<string> {
  const { protocol, host } = new URL(url);
  const agent = createHttpAgent(protocol, { trust, proxy });
  const way = proxy === null ? 'directly' : `by the proxy ${proxy.host}`;
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    await fetch(url, { method: 'HEAD', agent, redirect: 'manual', signal });
    return way;
  } catch (error) {
    const fault = networkError(error);
    const reason = signal.aborted ? `no answer within ${ANSWER_MS / 1000} s` : fault.message;
    throw new PortalError(`${host}, ${way}: ${printable(reason)}`, {
      remedy: fault.remedy === '' ? 'Let this device out to it, or set log_proxy.' : fault.remedy,
      cause: error,
    });
  }
}
