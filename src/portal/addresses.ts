import { isIPv6 } from 'node:net';
import { UPLOAD_PATH, VALID_IP_PATH } from './intake/server.ts';

/** Where a service listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where devices reach the portal. */
export interface PortalAddresses {
  /** DNS over TCP and over TLS, on the same port. */
  readonly policy: Endpoint;
  /** DNS over TLS. */
  readonly settings: Endpoint;
  readonly intakeUrl: string;
  readonly validIpUrl: string;
  /** Admin pages and API. */
  readonly adminUrl: string;
}

/** TCP ports of the services. */
export interface PortalPorts {
  readonly policy: number;
  readonly settings: number;
  readonly intake: number;
  /** Admin pages and API. */
  readonly admin: number;
}

/** The addresses of a portal on this host. */
export function addressesOf(host: string, ports: PortalPorts): PortalAddresses {
  const origin = (port: number): string => `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return {
    policy: { host, port: ports.policy },
    settings: { host, port: ports.settings },
    intakeUrl: `${origin(ports.intake)}${UPLOAD_PATH}`,
    validIpUrl: `${origin(ports.intake)}${VALID_IP_PATH}`,
    adminUrl: origin(ports.admin),
  };
}
