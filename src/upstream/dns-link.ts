import { randomInt } from 'node:crypto';
import { DnsConnection, type ConnectionLimits, type MessageTaker } from './dns-connection.ts';
import type { SocketOptions } from './dns-socket.ts';
import { ConnectionClosedError, NetworkError } from '../core/network-error.ts';

/** Where a link goes to. */
export type LinkTarget = Omit<SocketOptions, 'connectMs' | 'onBytes'>;

/** Connections in a row that the server may close without an answer. */
const MAX_FRUITLESS = 2;

/**
 * One server, over as many connections as it wants: a server may close a connection at any time, and what it has not
 * answered by then is asked again on a new one (RFC 7766 §6.2.4). Servers that give a few answers to a connection are sent
 * no more queries at once than that. Every new connection is paid for with an answer, so there is an end.
 */
export class DnsLink {
  readonly #target: LinkTarget;
  readonly #limits: ConnectionLimits;
  readonly #ids = new Set<number>();
  readonly #totalTimer: NodeJS.Timeout;
  #connection: DnsConnection;
  /** The next connection, while it is being made. */
  #opening: Promise<DnsConnection> | null = null;
  #fruitless = 0;
  #fault: NetworkError | null = null;

  /** @throws NetworkError when there is no connection */
  static async open(target: LinkTarget, limits: ConnectionLimits): Promise<DnsLink> {
    return new DnsLink(target, limits, await DnsConnection.open(target, limits));
  }

  private constructor(target: LinkTarget, limits: ConnectionLimits, first: DnsConnection) {
    this.#target = target;
    this.#limits = limits;
    this.#connection = first;
    this.#totalTimer = setTimeout(() => this.#end(tooLong(limits.totalMs)), limits.totalMs);
  }

  /** A random id that no exchange uses; it is taken until its exchange ends. */
  newId(): number {
    if (this.#ids.size > 0x8000) throw new NetworkError('too many queries are waiting');
    for (;;) {
      const id = randomInt(0x10000);
      if (this.#ids.has(id)) continue;
      this.#ids.add(id);
      return id;
    }
  }

  /**
   * Sends a query and gives every message with its id to `take`, until that says that no more follow. An answer that was
   * cut after its first message is not asked for again.
   * @param id of the query, from {@link newId}
   * @throws what `take` threw, or NetworkError, or FormatError for an answer nobody asked for
   */
  async exchange(id: number, query: Uint8Array, take: MessageTaker): Promise<void> {
    try {
      while (!(await this.#exchangeOnce(id, query, take)));
    } finally {
      this.#ids.delete(id);
    }
  }

  /** @returns false when the connection was closed before the answer began: it is worth another one */
  async #exchangeOnce(id: number, query: Uint8Array, take: MessageTaker): Promise<boolean> {
    const state = { hasBegun: false };
    const connection = await this.#current();
    try {
      await connection.exchange(id, query, (message) => {
        state.hasBegun = true;
        return take(message);
      });
      return true;
    } catch (error) {
      if (state.hasBegun || !(error instanceof ConnectionClosedError)) throw error;
      this.#replace(connection, error);
      return false;
    }
  }

  /** Ends the connection; exchanges that are still open fail. */
  close(): void {
    this.#end(new NetworkError('the connection was closed'));
  }

  async #current(): Promise<DnsConnection> {
    if (this.#opening !== null) await this.#opening;
    if (this.#fault !== null) throw this.#fault;
    return this.#connection;
  }

  /** Of all the exchanges on a connection that was closed, the first one opens the next. */
  #replace(closed: DnsConnection, error: ConnectionClosedError): void {
    if (closed !== this.#connection || this.#opening !== null || this.#fault !== null) return;
    this.#fruitless = closed.answered > 0 ? 0 : this.#fruitless + 1;
    if (this.#fruitless > MAX_FRUITLESS) {
      this.#end(error);
      return;
    }
    const window = Math.max(1, Math.min(closed.window, closed.answered));
    const opening = DnsConnection.open(this.#target, { ...this.#limits, window });
    this.#opening = opening
      .then((connection) => (this.#connection = connection))
      .finally(() => (this.#opening = null));
    this.#opening.then(
      (connection) => {
        if (this.#fault !== null) connection.fail(this.#fault);
      },
      // Whoever waits for it is told.
      () => undefined,
    );
  }

  #end(error: NetworkError): void {
    clearTimeout(this.#totalTimer);
    this.#fault ??= error;
    this.#connection.fail(error);
  }
}

function tooLong(totalMs: number): NetworkError {
  return new NetworkError(`the answers were not complete within ${totalMs / 1000} s`);
}
