import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server of a test, on loopback. */
export interface FeedServer {
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly IncomingMessage[];
  /** Answers from now on. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  /** Answers with this text from now on. */
  serve(text: string | Uint8Array, headers?: Record<string, string>): void;
  stop(): Promise<void>;
}

/** Starts it; it answers 404 until it is told what to say. */
export async function startFeedServer(): Promise<FeedServer> {
  const requests: IncomingMessage[] = [];
  let handler = (_: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(404).end();
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.txt`,
    requests,
    answer: (next) => void (handler = next),
    serve(text, headers = {}) {
      handler = (_, response) => void response.writeHead(200, headers).end(text);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
