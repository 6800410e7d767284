import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A web server that takes what a webhook is sent. */
export interface Hook {
  readonly url: string;
  /** `event` of each body. */
  events(): readonly string[];
  /** `code` of the problem in each body. */
  codes(): readonly string[];
  close(): Promise<void>;
}

/** Starts one on loopback; it takes everything. */
export async function startHook(): Promise<Hook> {
  const bodies: { event: string; problem: { code: string } }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(JSON.parse(body) as (typeof bodies)[number]);
      response.writeHead(200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events: () => bodies.map(({ event }) => event),
    codes: () => bodies.map(({ event, problem }) => `${event} ${problem.code}`),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
