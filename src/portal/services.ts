import { once } from 'node:events';
import type { Server } from 'node:net';
import type { Log } from '../core/ports.ts';
import { decodeKey } from '../protocol/upload.ts';
import type { PortalPorts } from './addresses.ts';
import type { ServerCertificate } from './certificate.ts';
import { createAnswerQuery } from './dns/answer-query.ts';
import { CONNECTION_LIMITS } from './dns/connection.ts';
import { createDnsListener } from './dns/listener.ts';
import { policyResolvers } from './dns/policy-resolvers.ts';
import { createPolicyZoneSource } from './dns/policy-zone.ts';
import type { Query, Answer } from './dns/resolver.ts';
import type { FindKey } from './dns/signature.ts';
import { createIntakeServer } from './intake/server.ts';
import type { Intake } from './intake/upload.ts';
import { listenOn } from './listen.ts';
import { portalPlace } from './place.ts';
import { settingsResolvers } from './settings/resolvers.ts';
import { ZONE } from './zone.ts';

/** What the services of a portal are made of. */
export interface ServicesOptions {
  readonly intake: Intake;
  readonly certificate: ServerCertificate;
  readonly requireTsig: boolean;
  readonly host: string;
  /** Ports the administrator wants; 0: none. */
  readonly wanted: PortalPorts;
  /** Ports of the last start; 0: none. */
  readonly former: PortalPorts;
  readonly log: Log;
}

/** The three services, serving. */
export interface Services {
  readonly ports: PortalPorts;
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

interface Service {
  readonly server: Server;
  readonly closeConnections: () => void;
}

/** Starts all three services or none. @throws HostError when one cannot listen */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const services = createServices(options);
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(services).map(stop));
  };
  const { host, wanted, former } = options;
  const listen = (name: keyof PortalPorts): Promise<number> =>
    listenOn(services[name].server, name, host, { wanted: wanted[name], former: former[name] });
  try {
    const ports = {
      intake: await listen('intake'),
      policy: await listen('policy'),
      settings: await listen('settings'),
    };
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function createServices(options: ServicesOptions): Record<keyof PortalPorts, Service> {
  const { intake, certificate, log } = options;
  const { store } = intake;
  const zone = createPolicyZoneSource(ZONE, store.lists);
  const settings = settingsResolvers({
    device: (id) => store.devices.get(id),
    place: () => portalPlace(store),
  });
  const https = createIntakeServer(intake, certificate, log);
  return {
    policy: createDns('policy', policyResolvers(zone, options.requireTsig), 'offered', options),
    settings: createDns('settings', settings, 'required', options),
    intake: { server: https, closeConnections: () => https.closeAllConnections() },
  };
}

function createDns(
  name: string,
  resolve: (query: Query) => Answer,
  tls: 'required' | 'offered',
  { intake, certificate, log }: ServicesOptions,
): Service {
  const { store, clock } = intake;
  const findKey: FindKey = (id) => {
    const key = store.devices.get(id)?.autoKey;
    return key === undefined ? null : { name: id, secret: decodeKey(key) };
  };
  const answer = createAnswerQuery({ name, resolve, findKey, clock, log });
  return createDnsListener(answer, { certificate, tls, limits: CONNECTION_LIMITS, log });
}

async function stop({ server, closeConnections }: Service): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  closeConnections();
  await closed;
}
