/** HTTP connections to the portal: direct or by a proxy (CONNECT), with TLS verified by CA or pin before a byte is sent. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { openTunnel, type Target } from '../system/http-tunnel.ts';
import { pinOf, type TlsTrust } from './dns-socket.ts';
import { NetworkError, networkError } from '../core/network-error.ts';

/** How connections are made. */
export interface HttpRoute {
  readonly trust: TlsTrust;
  /** `http://[user:password@]host:port`; null: direct. */
  readonly proxy: URL | null;
  /** For connecting, the proxy and the TLS handshake together. Default 15 s. */
  readonly connectMs?: number;
}

type Connected = (error: Error | null, socket: Duplex) => void;

const CONNECT_MS = 15_000;

/** The agent for requests to URLs of this scheme (`http:` or `https:`). It keeps no connection for later. */
export function createHttpAgent(protocol: string, route: HttpRoute): http.Agent {
  const agent = protocol === 'https:' ? new https.Agent() : new http.Agent();
  agent.createConnection = (options, done) => {
    const target = targetOf(options);
    connect(target, protocol === 'https:', route).then(
      (socket) => (done as Connected)(null, socket),
      (error: unknown) => (done as (error: Error) => void)(networkError(error)),
    );
    return undefined;
  };
  return agent;
}

function targetOf(options: object): Target {
  const { host, port } = options as { host?: string | null; port?: number | string | null };
  return { host: host ?? 'localhost', port: Number(port) };
}

async function connect(target: Target, isTls: boolean, route: HttpRoute): Promise<net.Socket> {
  const connectMs = route.connectMs ?? CONNECT_MS;
  const signal = AbortSignal.timeout(connectMs);
  try {
    const { proxy, trust } = route;
    const socket = await (proxy === null
      ? direct(target, signal)
      : openTunnel(proxy, target, signal));
    return isTls ? await secure(socket, target, trust, signal) : socket;
  } catch (error) {
    throw signal.aborted ? new NetworkError(`no connection within ${connectMs / 1000} s`) : error;
  }
}

async function direct(target: Target, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ ...target, noDelay: true });
  await ready(socket, 'connect', signal);
  return socket;
}

/** Resolves at the event; on an error, or when the time is over, the socket is destroyed. */
function ready(socket: net.Socket, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      settle();
      socket.on('error', () => undefined).destroy();
      reject(error);
    };
    const onAbort = (): void => fail(new NetworkError('the time is over'));
    const onClose = (): void => fail(new NetworkError('the connection was cut'));
    const onReady = (): void => {
      settle();
      resolve();
    };
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', fail).off('close', onClose).off(event, onReady);
    };
    socket.on('error', fail).on('close', onClose).on(event, onReady);
    signal.addEventListener('abort', onAbort);
  });
}

/** TLS over the connection. With a pin the server's key is checked instead of its chain. */
async function secure(
  plain: net.Socket,
  { host }: Target,
  { ca, pin, servername = host }: TlsTrust,
  signal: AbortSignal,
): Promise<net.Socket> {
  const socket = tls.connect({
    socket: plain,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: pin === undefined,
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(servername, certificate),
    ...(net.isIP(servername) === 0 ? { servername } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
  await ready(socket, 'secureConnect', signal);
  if (pin !== undefined && pinOf(socket.getPeerCertificate().raw) !== pin) {
    socket.destroy();
    throw new NetworkError("the server's public key is not the pinned one", {
      remedy: 'Set portal_pin to the key of the portal, if you have renewed it.',
    });
  }
  return socket;
}
