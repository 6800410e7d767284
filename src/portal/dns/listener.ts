import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { ServerCertificate } from '../certificate.ts';
import { serveConnection, type AnswerQuery, type ConnectionLimits } from './connection.ts';

/** How queries reach a DNS server. */
export interface ListenerOptions {
  readonly certificate: ServerCertificate;
  /** `required`: TLS only (RFC 7858). `offered`: TLS and plain TCP on the same port. */
  readonly tls: 'required' | 'offered';
  readonly limits: ConnectionLimits;
  readonly log: Log;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** First octet of a TLS handshake record. As the high octet of a DNS length it would announce more than 5,600 bytes. */
const TLS_HANDSHAKE = 0x16;

/** A DNS server for TCP and TLS, not yet listening. `closeConnections` ends what is open. */
export interface DnsListener {
  readonly server: Server;
  readonly closeConnections: () => void;
}

/** A DNS server over TCP that gives every query to `answer`. */
export function createDnsListener(answer: AnswerQuery, options: ListenerOptions): DnsListener {
  const { limits, log } = options;
  const open = new Set<Socket>();
  const serve = (socket: Socket): void => {
    serveConnection(socket, answer, limits).catch((error: unknown) => {
      log.error(`dns: a query from ${socket.remoteAddress ?? '?'} failed: ${messageOf(error)}`);
    });
  };
  const tls = createTlsServer(tlsOptions(options.certificate), serve);
  tls.on('tlsClientError', (error, socket) => {
    log.warn(`dns: TLS with ${socket.remoteAddress ?? '?'} failed: ${messageOf(error)}`);
  });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    // Errors end the connection, which is all there is to do about a client that resets it.
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
    if (options.tls === 'required') tls.emit('connection', socket);
    else
      routeByFirstOctet(socket, limits.idleMs, {
        tls: () => tls.emit('connection', socket),
        serve,
      });
  });
  server.maxConnections = limits.connections;
  return {
    server,
    closeConnections: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

function tlsOptions({ key, cert }: ServerCertificate): TlsOptions & { allowHalfOpen: boolean } {
  return {
    key,
    cert,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['dot'],
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    allowHalfOpen: true,
  };
}

function routeByFirstOctet(
  socket: Socket,
  idleMs: number,
  to: { readonly tls: () => void; readonly serve: (socket: Socket) => void },
): void {
  const silent = (): void => void socket.destroy();
  socket.setTimeout(idleMs, silent);
  socket.once('readable', () => {
    socket.setTimeout(0).off('timeout', silent);
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      socket.destroy();
      return;
    }
    socket.unshift(chunk);
    if (chunk[0] === TLS_HANDSHAKE) to.tls();
    else to.serve(socket);
  });
}
