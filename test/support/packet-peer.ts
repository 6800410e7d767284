/**
 * `node packet-peer.ts PORT`: sends to a port, and receives on it, in the network namespace it runs in. Orders are lines on stdin:
 * `udp FROM TO TEXT`, `tcp FROM TO TEXT`, `icmp FROM TO TEXT`, `flood FROM TO TEXT` (UDP until `calm`).
 * Prints `got TEXT` for what arrived here (an echo, for icmp), and `sent N` after `calm`.
 */
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import net from 'node:net';
import { createInterface } from 'node:readline';

const PORT = Number(process.argv[2]);
/** So many datagrams are on their way at once, so that the sender does not starve the others on two cores. */
const BURST = 20;

let flooding = false;
let flooded = 0;

const orders: Readonly<Record<string, (from: string, to: string, text: string) => void>> = {
  udp(from, to, text) {
    const socket = dgram.createSocket(net.isIPv6(to) ? 'udp6' : 'udp4');
    // A rule of OUTPUT that drops makes the send fail; that is what the test looks for at the other end.
    socket.on('error', () => undefined);
    socket.bind(0, from, () => socket.send(text, PORT, to, () => socket.close()));
  },
  tcp(from, to, text) {
    const socket = net.connect({ host: to, port: PORT, localAddress: from });
    socket.on('error', () => undefined);
    socket.on('connect', () => socket.end(text));
  },
  icmp(from, to, text) {
    const ping = spawn('ping', ['-n', '-c', '1', '-W', '2', '-I', from, to], { stdio: 'ignore' });
    ping.on('exit', (code) => {
      if (code === 0) console.log(`got ${text}`);
    });
  },
  flood(from, to, text) {
    const socket = dgram.createSocket(net.isIPv6(to) ? 'udp6' : 'udp4');
    socket.on('error', () => undefined);
    flooding = true;
    const burst = (): void => {
      if (!flooding) return;
      for (let i = 0; i < BURST; i += 1) socket.send(text, PORT, to);
      flooded += BURST;
      setTimeout(burst, 1);
    };
    socket.bind(0, from, burst);
  },
  calm() {
    flooding = false;
    console.log(`sent ${flooded}`);
  },
};

for (const type of ['udp4', 'udp6'] as const) {
  const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6' });
  socket.on('message', (message) => console.log(`got ${message.toString('latin1')}`));
  socket.bind(PORT);
}
for (const host of ['0.0.0.0', '::']) {
  net
    .createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => console.log(`got ${data.toString('latin1')}`));
    })
    .listen({ port: PORT, host, ipv6Only: host === '::' });
}

const lines = createInterface(process.stdin);
lines.on('line', (line) => {
  const [order = '', from = '', to = '', text = ''] = line.split(' ');
  orders[order]?.(from, to, text);
});
lines.on('close', () => process.exit());
console.log('ready');
