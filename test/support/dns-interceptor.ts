import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { FrameReader, frame } from '../../src/protocol/dns-frame.ts';
import type { TestCertificate } from './certificate.ts';

/** What becomes of an answer on its way; the query is what it answers. */
export type Tamper = (answer: Buffer, query: Buffer) => Uint8Array;

/**
 * Somebody between a client and its DNS server, both over TLS, whom the client trusts: only signatures are left to tell.
 * @param port TLS port of the real server on this host
 */
export async function interceptDns(port: number, certificate: TestCertificate, tamper: Tamper) {
  const open = new Set<Socket>();
  const server = tls.createServer(
    { cert: certificate.certificate, key: certificate.key },
    (client) => {
      const behind = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
      const queries: Buffer[] = [];
      const [asked, answered] = [new FrameReader(), new FrameReader()];
      for (const socket of [client, behind]) {
        open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => void [client, behind].map((one) => one.destroy()));
      }
      client.on('data', (chunk: Buffer) =>
        asked.push(chunk, (query) => {
          queries.push(Buffer.from(query));
          behind.write(frame(query));
        }),
      );
      behind.on('data', (chunk: Buffer) =>
        answered.push(chunk, (answer) => {
          client.write(frame(tamper(Buffer.from(answer), queries.shift() ?? Buffer.alloc(0))));
        }),
      );
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
