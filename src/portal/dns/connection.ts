import type { Socket } from 'node:net';
import type { Transport } from './resolver.ts';

/** What a DNS server over streams allows a client. */
export interface ConnectionLimits {
  /** Bytes of one query. */
  readonly queryBytes: number;
  /** A connection on which no query is completed and no answer is taken for this long is closed. */
  readonly idleMs: number;
  /** Connections at a time; more are closed at once. */
  readonly connections: number;
}

/** A query has a name, an OPT and a TSIG record: a few hundred bytes. Idle time as BIND's `tcp-idle-timeout`. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  queryBytes: 2_048,
  idleMs: 30_000,
  connections: 500,
};

/** The messages of the answer to one query, or null when what came is not a query; the connection is closed then. */
export type AnswerQuery = (
  query: Uint8Array,
  peer: string,
  transport?: Transport,
) => Iterable<Uint8Array> | null;

/**
 * Answers the queries of one connection in their order, as many as the client sends at once (RFC 7766 §6.2.1), until
 * it ends, errs or idles. Answers wait for a slow reader: no further query is read while one is not taken.
 * @param socket with `allowHalfOpen`, so that a client may end its side before it has read all answers
 */
export async function serveConnection(
  socket: Socket,
  answer: AnswerQuery,
  limits: ConnectionLimits,
): Promise<void> {
  const idle = setTimeout(() => socket.destroy(), limits.idleMs);
  const peer = socket.remoteAddress ?? 'unknown';
  try {
    for await (const query of messagesOf(socket, limits.queryBytes)) {
      const messages = answer(query, peer);
      if (messages === null) return;
      for (const message of messages) {
        await send(socket, message);
        idle.refresh();
      }
    }
    await ended(socket);
  } catch (error) {
    if (!isConnectionFault(error)) throw error;
  } finally {
    clearTimeout(idle);
    socket.destroy();
  }
}

/** Splits the stream: each message is preceded by its length in two octets (RFC 1035 §4.2.2). Ends at one that is too long. */
async function* messagesOf(socket: Socket, maxBytes: number): AsyncGenerator<Uint8Array> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (length > maxBytes) return;
      if (pending.length < 2 + length) break;
      yield pending.subarray(2, 2 + length);
      pending = pending.subarray(2 + length);
    }
  }
}

/** Resolves when the socket can take more. */
function send(socket: Socket, message: Uint8Array): Promise<void> {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  socket.cork();
  socket.write(length);
  const roomLeft = socket.write(message);
  // Answers to queries that came together go out together: half of what an answer costs is the call that writes it.
  process.nextTick(() => socket.uncork());
  if (roomLeft) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new ConnectionClosed());
    socket.once('close', closed);
    socket.once('drain', () => {
      socket.off('close', closed);
      resolve();
    });
  });
}

/** Sends what is left and ends our side. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end(() => resolve());
  });
}

class ConnectionClosed extends Error {}

/** A client that resets its connection, or is cut off by the idle timer, is no fault of the server. */
function isConnectionFault(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return error instanceof ConnectionClosed || code !== undefined;
}
