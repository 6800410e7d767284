import { X509Certificate, createHash } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { NetworkError, networkError } from '../core/network-error.ts';

/** How a server proves who it is. Without `ca` and `pin`: by a certificate of the system's CAs. */
export interface TlsTrust {
  /** CA certificates (PEM), instead of the system's. */
  readonly ca?: string;
  /** `sha256/<base64>`: SHA-256 of the server's public key (SPKI), checked instead of its certificate chain. */
  readonly pin?: string;
  /** The name its certificate must have. Default: the server's name or address. */
  readonly servername?: string;
}

/** Where to connect to. */
export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  /** Null: plain TCP. */
  readonly tls: TlsTrust | null;
  /** For the TCP and TLS handshake together. */
  readonly connectMs: number;
  /** Gets the bytes that come; they are valid until it returns. There are no `data` events. */
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a TCP or TLS (1.2 or newer) connection; with TLS the server is who it should be.
 * @throws NetworkError with the reason.
 */
export async function openSocket(options: SocketOptions): Promise<net.Socket> {
  const socket = options.tls === null ? plain(options) : secure(options, options.tls);
  try {
    await connected(socket, options);
    if (options.tls?.pin !== undefined) checkPin(socket, options.tls.pin);
  } catch (error) {
    // A late error of a socket given up has nobody left to tell.
    socket.on('error', () => undefined);
    socket.destroy();
    throw networkError(error);
  }
  return socket;
}

const READ_BYTES = 65_536;

function plain({ host, port, onBytes }: SocketOptions): net.Socket {
  return net.connect({ host, port, noDelay: true, onread: readInto(onBytes) });
}

/** One buffer for all that comes, so that a policy of 8 MB makes no garbage. */
function readInto(onBytes: SocketOptions['onBytes']): net.OnReadOpts {
  return {
    buffer: new Uint8Array(READ_BYTES),
    callback(count, buffer) {
      onBytes(buffer.subarray(0, count));
      return true;
    },
  };
}

function secure({ host, port, onBytes }: SocketOptions, trust: TlsTrust): tls.TLSSocket {
  const name = trust.servername ?? host;
  // Node's types leave out that `onread` works with TLS as well.
  const options: tls.ConnectionOptions & Pick<net.NetConnectOpts, 'onread'> = {
    host,
    port,
    minVersion: 'TLSv1.2',
    onread: readInto(onBytes),
    // RFC 9103 §7.1: BIND transfers zones over TLS only to clients that name it.
    ALPNProtocols: ['dot'],
    rejectUnauthorized: trust.pin === undefined,
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
  };
  const socket = tls.connect(options);
  socket.setNoDelay(true);
  return socket;
}

function connected(socket: net.Socket, options: SocketOptions): Promise<void> {
  const { signal, connectMs } = options;
  return new Promise((resolve, reject) => {
    const give = (error: Error) => {
      settle();
      reject(error);
    };
    const onTimeout = () => give(new NetworkError(`no connection within ${connectMs / 1000} s`));
    const onAbort = () => give(new NetworkError('the connection was given up'));
    const onReady = () => {
      settle();
      resolve();
    };
    const timer = setTimeout(onTimeout, connectMs);
    const ready = options.tls === null ? 'connect' : 'secureConnect';
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', give).off(ready, onReady);
    };
    socket.on('error', give).on(ready, onReady);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
  });
}

function checkPin(socket: net.Socket, pin: string): void {
  const raw = socket instanceof tls.TLSSocket ? socket.getPeerCertificate().raw : undefined;
  if (raw === undefined || pinOf(raw) !== pin) {
    throw new NetworkError("the server's public key is not the pinned one", {
      remedy: 'Set portal_pin to the key of the portal, if you have renewed it.',
    });
  }
}

/** The pin of a certificate (DER): `sha256/<base64 of the SHA-256 of its public key (SPKI)>`. */
export function pinOf(certificate: Uint8Array): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}
