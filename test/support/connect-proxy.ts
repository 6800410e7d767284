/** An HTTP proxy that knows CONNECT only. */
import http, { type IncomingMessage } from 'node:http';
import net, { type AddressInfo } from 'node:net';

/** Starts it on a free port; `credentials` (`user:password`) are required when given. */
export async function startProxy(credentials: string | null = null) {
  const connected: string[] = [];
  const open = new Set<net.Socket>();
  const wanted =
    credentials === null ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = http.createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket: net.Socket) => void open.add(socket));
  server.on('connect', (request: IncomingMessage, client: net.Socket) => {
    client.on('error', () => client.destroy());
    if (wanted !== null && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    connected.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    open.add(upstream);
    upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    /** Targets of the connections made. */
    connected,
    url: new URL(`http://${credentials === null ? '' : `${credentials}@`}127.0.0.1:${port}`),
    /** Cuts all connections. */
    cut: () => {
      for (const socket of open) socket.destroy();
    },
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
