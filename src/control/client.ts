/** The end of `tsadmin` on the control socket. */
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { AgentError, HostError, messageOf } from '../core/errors.ts';
import { fromErrorData, type ErrorData } from '../core/error-data.ts';
import type { Actor, Progress } from '../core/ports.ts';
import { readLines } from './line-reader.ts';
import { decodeLine, encodeLine, MOST_ANSWER_BYTES, type Greeting } from './messages.ts';

/** A connection to the service. */
export interface ControlConnection {
  readonly greeting: Greeting;
  /**
   * Orders something; orders wait for each other.
   * @returns its answer, as the verb gives it
   * @throws what the service threw, of the same class; {@link NoAnswerError} when it ends or falls silent
   */
  order(verb: string, actor: Actor, args: readonly unknown[]): Promise<unknown>;
  /** What the service said last of its progress. */
  progress(): Progress | null;
  close(): void;
}

/** The service took an order, and what became of it is not known. */
export class NoAnswerError extends HostError {}

/** How long the service may take. */
export interface ControlLimits {
  /** To greet. Default 2 s. */
  readonly greetingMs?: number;
  /** To say the next thing of an order. Default 20 s; it says something every 2 s. */
  readonly silenceMs?: number;
}

/**
 * Connects to the service.
 * @returns null: no service listens. `silent`: one listens and does not answer, so nothing was ordered
 * @throws HostError when this user may not, or the socket is none of a service
 */
export async function connectControl(
  path: string,
  { greetingMs = 2_000, silenceMs = 20_000 }: ControlLimits = {},
): Promise<ControlConnection | 'silent' | null> {
  if (!mayListen(path)) return null;
  const socket = connect(path);
  const lines = lineQueue(socket);
  try {
    const greeting = await lines.next(greetingMs);
    return connection(socket, lines, greeting as Greeting, silenceMs);
  } catch (error) {
    socket.destroy();
    return absence(path, error);
  }
}

/** Whether there is a socket, or it cannot be seen. Without one node:net need not be loaded, which takes some milliseconds. */
function mayListen(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** Lines as they are wanted. */
interface LineQueue {
  /** @throws Silence, or what ended the connection */
  next(limitMs: number): Promise<object>;
}

class Silence extends Error {}

function lineQueue(socket: Socket): LineQueue {
  const waiting: object[] = [];
  let ended: Error | null = null;
  let wake = (): void => undefined;
  const end = (error: unknown): void => {
    ended ??= error instanceof Error ? error : new Error(String(error));
    wake();
  };
  socket.on('error', end);
  socket.on('close', () => end(new Error('it ended')));
  const onLine = (line: string): void => {
    waiting.push(decodeLine(line));
    wake();
  };
  readLines(socket, MOST_ANSWER_BYTES, { onLine, onError: end });
  const arrival = (limitMs: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Silence()), limitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    async next(limitMs) {
      if (waiting.length === 0 && ended === null) await arrival(limitMs);
      const line = waiting.shift();
      if (line !== undefined) return line;
      throw ended ?? new Silence();
    },
  };
}

function absence(path: string, error: unknown): 'silent' | null {
  if (error instanceof Silence) return 'silent';
  const { code } = error as NodeJS.ErrnoException;
  // A path that is too long for a socket (EINVAL) cannot have a service.
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'EINVAL') return null;
  if (code === 'EAGAIN') return 'silent';
  const remedy =
    code === 'EACCES' || code === 'EPERM' ? 'Run the command as root, e.g. with sudo.' : '';
  throw new HostError(`asking the service on ${path}: ${messageOf(error)}`, {
    remedy,
    cause: error,
  });
}

function connection(
  socket: Socket,
  lines: LineQueue,
  greeting: Greeting,
  silenceMs: number,
): ControlConnection {
  let progress: Progress | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const answerOf = async (verb: string): Promise<unknown> => {
    for (;;) {
      const answer = await nextAnswer(lines, verb, silenceMs);
      if ('failed' in answer) throw fromErrorData(answer.failed as ErrorData);
      if ('done' in answer) return answer.done;
      if ('progress' in answer) progress = answer.progress as Progress | null;
    }
  };
  const order: ControlConnection['order'] = (verb, actor, args) => {
    const ordered = last.then(() => {
      socket.write(encodeLine({ verb, actor, args }));
      return answerOf(verb);
    });
    last = ordered.catch(() => undefined);
    return ordered;
  };
  return { greeting, order, progress: () => progress, close: () => socket.destroy() };
}

async function nextAnswer(lines: LineQueue, verb: string, silenceMs: number): Promise<object> {
  try {
    return await lines.next(silenceMs);
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    const what = cause instanceof Silence ? `said nothing for ${silenceMs / 1000} s` : 'ended';
    throw new NoAnswerError(`${verb}: the service took the order and ${what}`, {
      remedy: 'Look with "tsadmin status" what became of it.',
      cause,
    });
  }
}
