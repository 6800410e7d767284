import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { HostError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { createPasswords } from '../site/password.ts';
import type { Environment } from '../system/proxy-setting.ts';
import { decodeKey } from '../protocol/upload.ts';
import type { PortalPorts } from './addresses.ts';
import { createApi } from './api/app.ts';
import { ENROLMENT_ROUTES } from './api/enrolment-routes.ts';
import type { ServerCertificate } from './certificate.ts';
import { createAnswerQuery } from './dns/answer-query.ts';
import { CONNECTION_LIMITS, type AnswerQuery } from './dns/connection.ts';
import { createDnsListener } from './dns/listener.ts';
import { policyResolvers } from './dns/policy-resolvers.ts';
import { createDatagramServer } from './dns/datagrams.ts';
import { createPolicyZone } from './dns/policy-zone.ts';
import type { Query, Answer } from './dns/resolver.ts';
import type { FindKey } from './dns/signature.ts';
import type { AdminOptions } from './admin/app.ts';
import { createAdminServer, namesOf, type AdminTls } from './admin/server.ts';
import type { HitStore } from './hits/hit-store.ts';
import { createIntakeServer } from './intake/server.ts';
import type { Intake } from './intake/upload.ts';
import { listenOn } from './listen.ts';
import { createOperations } from './operations.ts';
import { portalPlace } from './place.ts';
import type { DevicePolicy } from './settings/record.ts';
import { settingsResolvers } from './settings/resolvers.ts';
import type { Store } from './store.ts';
import { accessMode, isRegistered, mayTransfer } from './model/access.ts';
import { ZONE } from './zone/names.ts';

/** What the services of a portal are made of. */
export interface ServicesOptions {
  readonly intake: Intake;
  readonly certificate: ServerCertificate;
  readonly host: string;
  /** Ports the administrator wants; 0: none. */
  readonly wanted: PortalPorts;
  /** Ports of the last start; 0: none. */
  readonly former: PortalPorts;
  readonly log: Log;
  readonly stateDir: string;
  readonly environment: Environment;
  readonly hits: HitStore;
  readonly adminTls: AdminTls;
}

/** The services, serving. */
export interface Services {
  readonly ports: PortalPorts;
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

interface Service {
  readonly server: Server;
  readonly closeConnections: () => void;
}

/** Starts all services or none. @throws HostError when one cannot listen */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const services = createServices(options);
  const close = async (): Promise<void> => {
    const { datagrams, ...streams } = services;
    datagrams.close();
    await Promise.all(Object.values(streams).map(stop));
  };
  const { host, wanted, former } = options;
  const listen = (name: keyof PortalPorts): Promise<number> =>
    listenOn(services[name].server, name, host, { wanted: wanted[name], former: former[name] });
  try {
    const ports = {
      intake: await listen('intake'),
      policy: await listen('policy'),
      settings: await listen('settings'),
      admin: await listen('admin'),
    };
    await bindDatagrams(services.datagrams, options, ports.policy);
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Queries over UDP are answered on the port of the policy service. */
async function bindDatagrams(
  socket: DatagramSocket,
  { host, log }: Pick<ServicesOptions, 'host' | 'log'>,
  port: number,
): Promise<void> {
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    socket.on('error', (error) => log.error(`policy: UDP: ${messageOf(error)}`));
  } catch (cause) {
    throw new HostError(`policy: binding UDP port ${port} of ${host}: ${messageOf(cause)}`, {
      remedy: 'Choose another port for the policy service: it needs the same one for TCP and UDP.',
      cause,
    });
  }
}

type AllServices = Record<keyof PortalPorts, Service> & { readonly datagrams: DatagramSocket };

function createServices(options: ServicesOptions): AllServices {
  const { intake, certificate, log } = options;
  const { store } = intake;
  const zone = createPolicyZone(ZONE, store.zone);
  const access = {
    mode: () => accessMode(store),
    isRegistered: (address: string) => isRegistered(store, address),
    mayTransfer: (keyName: string) => mayTransfer(store, keyName),
  };
  const settings = settingsResolvers({
    device: (id) => store.devices.get(id),
    policy: (name) => policyOf(store, name),
    place: () => portalPlace(store),
  });
  const forAdmin = adminOptions(options);
  const enrolment = createApi(forAdmin, ENROLMENT_ROUTES);
  const https = createIntakeServer(intake, certificate, log, enrolment);
  const policy = createAnswer('policy', policyResolvers(zone, access), options);
  const limits = CONNECTION_LIMITS;
  const admin = createAdminServer(forAdmin, options.adminTls);
  return {
    policy: createDnsListener(policy, { certificate, tls: 'offered', limits, log }),
    datagrams: createDatagramServer(policy, options.host),
    settings: createDnsListener(createAnswer('settings', settings, options), {
      certificate,
      tls: 'required',
      limits,
      log,
    }),
    intake: { server: https, closeConnections: () => https.closeAllConnections() },
    admin: { server: admin, closeConnections: () => admin.closeAllConnections() },
  };
}

function adminOptions(options: ServicesOptions): AdminOptions {
  const { intake, certificate, host, hits, log, stateDir, environment, adminTls } = options;
  const { store, clock } = intake;
  const project = (name: string): string =>
    fileURLToPath(new URL(`../../${name}`, import.meta.url));
  return {
    ...{ store, clock, log, pin: certificate.pin, hits, listening: clock.now() },
    addresses: () => portalPlace(store).addresses,
    operations: createOperations(stateDir, clock, environment),
    passwords: createPasswords(),
    viewsDir: project('views'),
    publicDir: project('public'),
    hosts: [host, ...namesOf(adminTls)],
  };
}

function createAnswer(
  name: string,
  resolve: (query: Query) => Answer,
  { intake, log }: ServicesOptions,
): AnswerQuery {
  const { store, clock } = intake;
  const findKey: FindKey = (id) => {
    const key = store.devices.keyOf(id) ?? store.secondaries.keyOf(id);
    return key === null ? null : { name: id, secret: decodeKey(key) };
  };
  return createAnswerQuery({ name, resolve, findKey, clock, log });
}

function policyOf({ policies, zone }: Store, name: string): DevicePolicy | null {
  const policy = policies.get(name);
  if (policy === null) return null;
  const hasAllowList = zone.lists().some((list) => list.name === policy.allowList);
  return { policy, hasAllowList };
}

async function stop({ server, closeConnections }: Service): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  closeConnections();
  await closed;
}
