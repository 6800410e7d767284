import { AgentError, FormatError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { checkName } from '../protocol/dns-name.ts';
import { encodeQuery, type Query } from '../protocol/dns-message.ts';
import { checkResponse, type Asked } from '../protocol/dns-response.ts';
import { TYPE } from '../protocol/dns-types.ts';
import { encodeIxfrQuery } from '../protocol/ixfr-query.ts';
import { signMessage, verifyMessage, type TsigKey } from '../protocol/tsig.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './dns-connection.ts';
import { DnsLink } from './dns-link.ts';
import type { TlsTrust } from './dns-socket.ts';
import { TransferReader, TsigChain } from './dns-transfer.ts';
import { NetworkError } from '../core/network-error.ts';
import type { RecordTaker } from './transfer-taker.ts';

/** A DNS service. */
export interface DnsServiceOptions {
  /** Host names or addresses, tried in this order. */
  readonly servers: readonly string[];
  readonly port: number;
  /** Null: plain TCP. */
  readonly tls: TlsTrust | null;
  /** Null: queries are not signed, and answers need not be. */
  readonly tsig: TsigKey | null;
  readonly clock: Clock;
  /** Overrides of {@link CONNECTION_LIMITS}. */
  readonly limits?: Partial<ConnectionLimits>;
  /** How often the whole list of servers is tried when none could be reached. Default: 2. */
  readonly rounds?: number;
  /** Wait before the second round; doubled before each later one. Default: 1,000. */
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
}

/** Why each server failed, in the order they were tried. */
export class ServersFailedError extends AgentError {
  readonly failures: readonly ServerFailure[];

  constructor(failures: readonly ServerFailure[]) {
    const reasons = failures.map(({ server, error }) => `${server}: ${withoutDot(error.message)}`);
    super(`${reasons.join('; ')}.`);
    this.failures = failures;
  }
}

/** What one server did wrong. */
export interface ServerFailure {
  /** With its port. */
  readonly server: string;
  readonly error: AgentError;
}

/** A query and its checked answer. */
export interface Answered {
  readonly asked: Asked;
  /** Belongs to the question, without error, its signature verified and taken off. */
  readonly message: Uint8Array;
}

/** One server, over one connection or more. */
export interface DnsSession {
  /**
   * Asks one question.
   * @param read takes what it needs from the answer, whose bytes are valid until it returns
   * @throws NetworkError; TsigError when a signature is required and is not good; ResponseError when the
   * message does not answer the question or is an error answer; FormatError when it is damaged; what `read` throws
   */
  ask<T>(name: string, type: Query['type'], read: (answer: Answered) => T): Promise<T>;
  /**
   * Reads a zone: whole (AXFR, RFC 5936), or what changed in it (IXFR, RFC 1995).
   * @param since the serial whose differences are asked for; null: the whole zone
   * @returns false when the server does not offer differences
   * @throws as {@link DnsSession.ask}, and what `taker` throws
   */
  transfer(zone: string, since: number | null, taker: RecordTaker): Promise<boolean>;
}

/**
 * Does some work with the first server that can do it. The work is done from the start with the next server
 * when one fails, for whatever reason; when no server was reached, all are tried again after a wait.
 * @throws ServersFailedError when none could; what is not an {@link AgentError} is thrown as it is.
 */
export async function withServer<T>(
  options: DnsServiceOptions,
  work: (session: DnsSession) => Promise<T>,
): Promise<T> {
  const { rounds = 2, backoffMs = 1_000, clock, signal } = options;
  for (let round = 1; ; round++) {
    const failures: ServerFailure[] = [];
    for (const host of options.servers) {
      const result = await tryServer(options, host, work);
      if ('value' in result) return result.value;
      failures.push({ server: `${host} port ${options.port}`, error: result.error });
    }
    const unreachable = failures.every(({ error }) => error instanceof NetworkError);
    if (round >= rounds || !unreachable || signal?.aborted === true) {
      throw new ServersFailedError(failures);
    }
    await clock.sleep(backoffMs * 2 ** (round - 1), signal);
  }
}

async function tryServer<T>(
  options: DnsServiceOptions,
  host: string,
  work: (session: DnsSession) => Promise<T>,
): Promise<{ value: T } | { error: AgentError }> {
  let link: DnsLink | null = null;
  try {
    const { port, tls, signal } = options;
    const limits = { ...CONNECTION_LIMITS, ...options.limits };
    link = await DnsLink.open({ host, port, tls, signal }, limits);
    return { value: await work(sessionOn(link, options)) };
  } catch (error) {
    if (error instanceof AgentError) return { error };
    throw error;
  } finally {
    link?.close();
  }
}

function sessionOn(link: DnsLink, options: DnsServiceOptions): DnsSession {
  return {
    async ask(name, type, read) {
      const asked = { id: link.newId(), name: checkName(name), type: TYPE[type] };
      const query = encodeQuery({ id: asked.id, name, type });
      const { tsig, clock } = options;
      const signed = tsig === null ? null : signMessage(query, tsig, seconds(clock));
      const outcome: { read?: () => ReturnType<typeof read> } = {};
      await link.exchange(asked.id, signed?.message ?? query, (answer) => {
        outcome.read = attempt(() =>
          read({ asked, message: checked(answer, asked, options, signed?.mac) }),
        );
        return false;
      });
      if (outcome.read === undefined) throw new FormatError('The server sent no answer.');
      return outcome.read();
    },
    async transfer(zone, since, taker) {
      const id = link.newId();
      const asked = { id, name: checkName(zone), type: since === null ? TYPE.AXFR : TYPE.IXFR };
      const query =
        since === null
          ? encodeQuery({ id, name: zone, type: 'AXFR' })
          : encodeIxfrQuery(id, zone, since);
      const { tsig, clock } = options;
      const signed = tsig === null ? null : signMessage(query, tsig, seconds(clock));
      const chain = tsig && signed && new TsigChain(tsig, signed.mac, () => seconds(clock));
      const reader = new TransferReader(asked, chain, taker);
      await link.exchange(id, signed?.message ?? query, (answer) => reader.take(answer));
      return !reader.refused;
    },
  };
}

/** The message without its signature, when it is the answer that was asked for. */
function checked(
  answer: Uint8Array,
  asked: Asked,
  { tsig, clock }: DnsServiceOptions,
  requestMac: Uint8Array | undefined,
): Uint8Array {
  let message = answer;
  if (tsig !== null && requestMac !== undefined) {
    message = verifyMessage(answer, tsig, seconds(clock), { requestMac }).message;
  }
  checkResponse(message, asked);
  return message;
}

/** Does the work now; gives its result, or throws its error, when it is called for: a bad answer is no fault of the connection. */
function attempt<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function withoutDot(message: string): string {
  return message.endsWith('.') ? message.slice(0, -1) : message;
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
