/** `node delay-proxy.ts PORT DELAY_MS`: a TCP proxy to 127.0.0.1:PORT that holds every byte back, both ways. Prints its port. */
import net from 'node:net';

const [, , port = '', delayMs = ''] = process.argv;

/** Passes on in order; a chunk is written when it has waited long enough. */
function delayed(from: net.Socket, to: net.Socket): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), Number(delayMs)));
  from.on('close', () => setTimeout(() => to.destroy(), Number(delayMs)));
  from.on('error', () => undefined);
}

const server = net.createServer({ noDelay: true }, (client) => {
  const upstream = net.connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
  delayed(client, upstream);
  delayed(upstream, client);
});
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as net.AddressInfo).port);
});
