/** A DNS server over TCP that answers byte by byte as a test tells it. */
import { once } from 'node:events';
import net from 'node:net';
import { FrameReader } from '../../src/protocol/dns-frame.ts';
import { parseQuestion, type Question } from '../../src/protocol/dns-message.ts';

/** One query as it came. */
export interface ScriptQuery {
  /** The whole message, as sent. */
  readonly query: Uint8Array;
  readonly question: Question;
  readonly socket: net.Socket;
  /** Counted over all connections, from 0. */
  readonly number: number;
  /** Counted on this connection, from 0. */
  readonly onConnection: number;
}

/** Does what it likes with the socket. */
export type Script = (query: ScriptQuery) => void;

/** A running server. */
export interface ScriptServer {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. @param greet what it does before it is asked */
export async function startScriptServer(
  script: Script,
  greet: (socket: net.Socket) => void = () => undefined,
): Promise<ScriptServer> {
  const sockets = new Set<net.Socket>();
  let [number, connections] = [0, 0];
  const server = net.createServer({ noDelay: true }, (socket) => {
    connections += 1;
    let onConnection = 0;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    greet(socket);
    const frames = new FrameReader();
    socket.on('data', (chunk) => {
      frames.push(chunk, (message) => {
        const query = message.slice();
        script({ query, question: parseQuestion(query), socket, number, onConnection });
        number += 1;
        onConnection += 1;
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    connections: () => connections,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
