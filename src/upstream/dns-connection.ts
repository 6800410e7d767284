import type { Socket } from 'node:net';
import { FormatError, messageOf } from '../core/errors.ts';
import { uint16At } from '../protocol/dns-bytes.ts';
import { FrameReader, frame } from '../protocol/dns-frame.ts';
import { openSocket, type SocketOptions } from './dns-socket.ts';
import { ConnectionClosedError, NetworkError, networkError } from '../core/network-error.ts';

/** Limits of one connection. */
export interface ConnectionLimits {
  /** For the TCP and TLS handshake together. Default: 5,000. */
  readonly connectMs: number;
  /** Longest silence of the server while it owes an answer. Default: 15,000. */
  readonly idleMs: number;
  /** From the first connection to the last answer. Default: 120,000. */
  readonly totalMs: number;
  /** Queries sent before their answers are there (RFC 7766 §6.2.1.1); each may be 64 KB. Default: 32. */
  readonly window: number;
}

/** The defaults of {@link ConnectionLimits}. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connectMs: 5_000,
  idleMs: 15_000,
  totalMs: 120_000,
  window: 32,
};

/** Takes one message of an answer; true when more must follow. An exception ends the connection. */
export type MessageTaker = (message: Uint8Array) => boolean;

interface Exchange {
  readonly id: number;
  readonly query: Uint8Array;
  readonly take: MessageTaker;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/**
 * Queries and answers over one TCP or TLS connection, pipelined: up to `window` queries are on their way
 * at once, answers may come in any order. Any fault ends the connection and every exchange on it;
 * {@link ConnectionClosedError} when the server did.
 */
export class DnsConnection {
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  readonly #frames = new FrameReader();
  readonly #sent = new Map<number, Exchange>();
  readonly #waiting: Exchange[] = [];
  readonly #release: () => void;
  #idleTimer: NodeJS.Timeout | undefined;
  #fault: Error | null = null;
  #answered = 0;

  /** @throws NetworkError when there is no connection. */
  static async open(
    where: Omit<SocketOptions, 'connectMs' | 'onBytes'>,
    limits: ConnectionLimits = CONNECTION_LIMITS,
  ): Promise<DnsConnection> {
    const { connectMs } = limits;
    // A server that talks before it is asked is not listened to.
    let read: ((bytes: Uint8Array) => void) | null = null;
    const onBytes = (bytes: Uint8Array) => read?.(bytes);
    const socket = await openSocket({ ...where, connectMs, onBytes });
    const connection = new DnsConnection(socket, limits, where.signal);
    read = (bytes) => connection.#read(bytes);
    return connection;
  }

  private constructor(socket: Socket, limits: ConnectionLimits, signal: AbortSignal | undefined) {
    this.#socket = socket;
    this.#limits = limits;
    const stop = () => this.fail(new NetworkError('it was given up'));
    signal?.addEventListener('abort', stop);
    this.#release = () => signal?.removeEventListener('abort', stop);
    socket.on('error', (error) => this.fail(networkError(error)));
    socket.on('end', () => this.fail(this.#closedEarly()));
    socket.on('close', () => this.fail(this.#closedEarly()));
  }

  /** Queries that it takes at once. */
  get window(): number {
    return this.#limits.window;
  }

  /** Queries that were answered, whole. */
  get answered(): number {
    return this.#answered;
  }

  /**
   * Sends a query and gives every message with its id to `take`, until that says that no more follow.
   * @param id of the query, of no other that is open here
   * @throws what `take` threw, or NetworkError, or FormatError for an answer nobody asked for
   */
  exchange(id: number, query: Uint8Array, take: MessageTaker): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#fault !== null) {
        failed(this.#fault);
        return;
      }
      this.#waiting.push({ id, query, take, done, failed });
      this.#send();
    });
  }

  #send(): void {
    while (this.#sent.size < this.#limits.window) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (this.#sent.size === 0) this.#restartIdle();
      this.#sent.set(next.id, next);
      this.#socket.write(frame(next.query));
    }
  }

  #read(chunk: Uint8Array): void {
    if (this.#sent.size > 0) this.#restartIdle();
    try {
      this.#frames.push(chunk, (message) => this.#deliver(message));
    } catch (error) {
      this.fail(error instanceof Error ? error : new FormatError(messageOf(error)));
    }
    this.#send();
  }

  #deliver(message: Uint8Array): void {
    const id = uint16At(message, 0);
    const exchange = this.#sent.get(id);
    if (exchange === undefined) {
      throw new FormatError('The server sent an answer with an id that was not asked.');
    }
    if (exchange.take(message)) return;
    this.#sent.delete(id);
    this.#answered += 1;
    if (this.#sent.size === 0) clearTimeout(this.#idleTimer);
    exchange.done();
  }

  #restartIdle(): void {
    clearTimeout(this.#idleTimer);
    const { idleMs } = this.#limits;
    this.#idleTimer = setTimeout(() => this.fail(silent(idleMs)), idleMs);
  }

  #closedEarly(): ConnectionClosedError {
    const missing = this.#sent.size + this.#waiting.length;
    const cut = this.#frames.inside ? ', the last one cut' : '';
    return new ConnectionClosedError(
      `it closed the connection with ${missing} answers missing${cut}`,
    );
  }

  /** Ends the connection; exchanges that are still open fail. */
  fail(error: Error): void {
    if (this.#fault !== null) return;
    this.#fault = error;
    clearTimeout(this.#idleTimer);
    this.#release();
    this.#socket.destroy();
    const open = [...this.#sent.values(), ...this.#waiting];
    this.#sent.clear();
    this.#waiting.length = 0;
    for (const exchange of open) exchange.failed(error);
  }
}

function silent(idleMs: number): NetworkError {
  return new NetworkError(`it did not answer for ${idleMs / 1000} s`);
}
