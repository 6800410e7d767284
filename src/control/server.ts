/** The service's end of the control socket. */
import { createServer, type Server, type Socket } from 'node:net';
import { AgentError, FormatError, messageOf } from '../core/errors.ts';
import { toErrorData } from '../core/error-data.ts';
import type { Log, Progress } from '../core/ports.ts';
import { readLines } from './line-reader.ts';
import {
  decodeLine,
  encodeLine,
  MOST_ORDER_BYTES,
  type ControlAnswer,
  type ControlOrder,
  type Greeting,
} from './messages.ts';
import type { ControlVerbs } from './verbs.ts';

/** What the control socket serves. */
export interface ControlService {
  readonly greeting: Greeting;
  readonly verbs: ControlVerbs;
  readonly progress: () => Progress | null;
  readonly log: Log;
}

/** A server that is not bound yet. */
export interface ControlServer {
  readonly server: Server;
  /** Cuts what is still connected. */
  readonly cut: () => void;
}

const MOST_CONNECTIONS = 32;
/** How long somebody may be connected and order nothing. */
const IDLE_MS = 60_000;
/** How often it is looked whether there is progress, and how often it is told without any. */
const LOOK_MS = 200;
const ALIVE_MS = 2_000;

/** Serves orders, one at a time on each connection. An order goes on when its connection is cut. */
export function createControlServer(service: ControlService): ControlServer {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Whoever orders may leave at any time.
    socket.on('error', () => socket.destroy());
    serve(socket, service);
  });
  server.maxConnections = MOST_CONNECTIONS;
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return { server, cut };
}

function serve(socket: Socket, service: ControlService): void {
  let busy = false;
  const refuse = (error: unknown): void => {
    socket.end(encodeLine(failureOf(error)));
  };
  const onLine = (line: string): void => {
    if (busy) throw new FormatError('the order before has not ended');
    const order = orderOf(decodeLine(line));
    busy = true;
    socket.setTimeout(0);
    void answer(socket, service, order).finally(() => {
      busy = false;
      socket.setTimeout(IDLE_MS);
    });
  };
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  readLines(socket, MOST_ORDER_BYTES, { onLine, onError: refuse });
  socket.write(encodeLine(service.greeting));
}

async function answer(socket: Socket, service: ControlService, order: ControlOrder): Promise<void> {
  const say = (message: ControlAnswer): void => {
    if (socket.writable) socket.write(encodeLine(message));
  };
  const stop = tellProgress(service, say);
  try {
    say({ done: (await work(service.verbs, order)) ?? null });
  } catch (error) {
    if (!(error instanceof AgentError)) {
      service.log.error(`control: ${order.verb}: ${stackOf(error)}`);
    }
    say(failureOf(error));
  } finally {
    stop();
  }
}

function work(verbs: ControlVerbs, { verb, actor, args }: ControlOrder): Promise<unknown> {
  const found = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (found === undefined) throw new FormatError('the order: there is no such verb');
  return found(actor, args);
}

/** The first line goes out at once: the order has arrived. */
function tellProgress(service: ControlService, say: (message: ControlAnswer) => void): () => void {
  let told = '';
  let silentMs = 0;
  const look = (): void => {
    const progress = service.progress();
    const text = JSON.stringify(progress);
    silentMs += LOOK_MS;
    if (text === told && silentMs < ALIVE_MS) return;
    [told, silentMs] = [text, 0];
    say({ progress });
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}

function orderOf(message: object): ControlOrder {
  const { verb, actor, args } = message as Partial<Record<keyof ControlOrder, unknown>>;
  const known = typeof actor === 'string' && /^(?:cli|page):[\x21-\x7e]{1,200}$/.test(actor);
  if (typeof verb === 'string' && known && Array.isArray(args)) return { verb, actor, args };
  throw new FormatError('the order: verb, actor and args are not as they should be');
}

function failureOf(error: unknown): ControlAnswer {
  if (error instanceof AgentError) return { failed: toErrorData(error) };
  const message = `the service failed: ${messageOf(error)}`;
  return { failed: { kind: 'AgentError', message, remedy: 'See the log of the service.' } };
}

function stackOf(error: unknown): string {
  return messageOf(error instanceof Error ? (error.stack ?? error) : error);
}
