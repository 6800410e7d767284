import { lookup } from 'node:dns/promises';
import { Agent } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { openTunnel } from '../../system/http-tunnel.ts';
import { isPublicAddress, notPublic } from './public-address.ts';

const CONNECT_MS = 15_000;

type Connected = (error: Error | null, socket?: Duplex) => void;

/**
 * An agent that reaches https servers by an HTTP proxy (CONNECT). The proxy looks the name up, so what it may reach is the
 * proxy's to decide; a name that this host knows, and knows to be inside, is refused before the proxy is asked.
 */
export function createProxyAgent(proxy: URL): Agent {
  const agent = new Agent();
  agent.createConnection = (options, done) => {
    const { host, port } = options as { host?: string; port?: number | string };
    connect(proxy, { host: host ?? '', port: Number(port ?? 443) }).then(
      (socket) => (done as Connected)(null, socket),
      (error: unknown) => (done as Connected)(error as Error),
    );
    return undefined;
  };
  return agent;
}

async function connect(
  proxy: URL,
  target: { readonly host: string; readonly port: number },
): Promise<Duplex> {
  const { host } = target;
  await refuseInside(host);
  const socket = await openTunnel(proxy, target, AbortSignal.timeout(CONNECT_MS));
  return tls.connect({
    socket,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 && { servername: host }),
  });
}

/** Behind a proxy a host often cannot look up names of the Internet: that is no reason to refuse them. */
async function refuseInside(host: string): Promise<void> {
  const found = await lookup(host, { all: true }).catch(() => []);
  const bad = found.find(({ address }) => !isPublicAddress(address));
  if (bad !== undefined) throw notPublic(`${host} (${bad.address})`);
}
