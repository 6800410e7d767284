import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { HostError, messageOf } from '../core/errors.ts';

/** Which port a service takes. */
export interface PortChoice {
  /** This one or none: the administrator said so. 0: no such wish. */
  readonly wanted: number;
  /** The one it had last time: taken when it is free, so that devices find it again. 0: none. */
  readonly former: number;
}

/**
 * Starts listening.
 * @param service for messages
 * @returns the port
 * @throws HostError when the host is not one of this machine, or the wanted port is taken
 */
export async function listenOn(
  server: Server,
  service: string,
  host: string,
  { wanted, former }: PortChoice,
): Promise<number> {
  const candidates = wanted === 0 && former !== 0 ? [former, 0] : [wanted];
  for (const [index, port] of candidates.entries()) {
    try {
      return await listen(server, host, port);
    } catch (cause) {
      const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (taken && index < candidates.length - 1) continue;
      throw new HostError(`${service}: listening on ${host} port ${port}: ${messageOf(cause)}`, {
        remedy: 'Choose another port, or the address of an interface of this machine.',
        cause,
      });
    }
  }
  throw new HostError(`${service}: no port to listen on`);
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
