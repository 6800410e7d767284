import { lstat, unlink } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Server } from 'node:net';
import { HostError, messageOf } from '../core/errors.ts';

/** An address and port (0: any free one); with TLS where a certificate is given, both PEM. */
export interface TcpPlace {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly key: string; readonly cert: string } | null;
}

/** Where to listen: a Unix socket that only its owner (and root) can use, or TCP. */
export type ListenPlace = { readonly socketPath: string } | TcpPlace;

/** A server that listens. */
export interface Listening {
  /** The path of the socket, or e.g. `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Ends: idle connections at once, requests under way after at most two seconds. */
  close(): Promise<void>;
}

const GRACE_MS = 2000;

/**
 * Serves `app` at `place`. A socket file that nobody answers on is replaced.
 * @throws HostError when the place is in use, is no socket, or cannot be had
 */
export async function listenOn(app: RequestListener, place: ListenPlace): Promise<Listening> {
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 };
  const tls = 'tls' in place ? place.tls : null;
  const server = tls
    ? createTlsServer({ ...limits, ...tls, minVersion: 'TLSv1.2' }, app)
    : createServer(limits, app);
  const address = await bindServer(server, place);
  const close = async (): Promise<void> => {
    const closed = closeServer(server, () => server.closeAllConnections());
    server.closeIdleConnections();
    await closed;
  };
  return { address, close };
}

/**
 * Binds any server to `place`.
 * @returns its address, as {@link Listening.address}
 * @throws HostError as {@link listenOn}
 */
export async function bindServer(server: Server, place: ListenPlace): Promise<string> {
  if ('socketPath' in place) {
    await removeStale(place.socketPath);
    await listening(server, () => listenPrivately(server, place.socketPath), place.socketPath);
    return place.socketPath;
  }
  const { host, port } = place;
  await listening(server, () => server.listen(port, host), `${host}:${port}`);
  const scheme = place.tls ? 'https' : 'http';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`;
}

/**
 * Takes no new connections and resolves when the last one has ended.
 * @param force ends those that are left after two seconds
 */
export function closeServer(server: Server, force: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(force, GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The socket must never exist with wider rights, so the mask is set while `listen` binds, which it does at once. */
function listenPrivately(server: Server, path: string): void {
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
}

function listening(server: Server, start: () => unknown, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(place, cause)));
    server.once('listening', resolve);
    start();
  });
}

function cannotListen(place: string, cause: unknown): HostError {
  return new HostError(`listening on ${place}: ${messageOf(cause)}`, {
    remedy: 'Stop the program that uses it, or choose another place.',
    cause,
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw cannotListen(path, 'the file there is not a socket');
  if (await answers(path)) throw cannotListen(path, 'another service answers on it');
  await unlink(path);
}

/** Whether somebody accepts connections; false only where the system says that nobody does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(cannotListen(path, error));
    });
  });
}
