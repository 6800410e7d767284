import http from 'node:http';
import net from 'node:net';
import { NetworkError, networkError } from '../core/network-error.ts';

/** The other end of a connection. */
export interface Target {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/**
 * Asks the proxy for a connection to the target (CONNECT, RFC 9110 §9.3.6).
 * @param proxy `http://[user:password@]host:port`
 * @throws NetworkError when it is not reached or does not connect
 */
export function openTunnel(proxy: URL, target: Target, signal: AbortSignal): Promise<net.Socket> {
  const authority = `${net.isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const request = http.request({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? 80 : Number(proxy.port),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...credentialsOf(proxy) },
    agent: false,
    signal,
  });
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      request.on('error', () => undefined).destroy();
      reject(proxyError(proxy, reason));
    };
    request.on('error', (error) => fail(networkError(error).message));
    request.on('response', (answer) => fail(`it answered with status ${answer.statusCode ?? 0}`));
    request.on('connect', (answer, socket: net.Socket) => {
      if (answer.statusCode === 200) resolve(socket);
      else fail(`it answered with status ${answer.statusCode ?? 0}`);
    });
    request.end();
  });
}

function proxyError(proxy: URL, reason: string): NetworkError {
  return new NetworkError(`the proxy ${proxy.host} did not connect: ${reason}`, {
    remedy: 'Check the proxy, and user and password for it, in the settings of this host.',
  });
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
