/** Where the agent keeps things on a host. Small: a command that asks the service loads no more than this. */
import { join } from 'node:path';
import type { AgentLocation } from '../cli/context.ts';
import type { PlatformName } from './detect-platform.ts';

/** Every place the agent uses on a host, below the root prefix. */
export interface HostPaths {
  readonly settings: string;
  /** Database, locks and the last good policy; only the agent's user may enter. */
  readonly state: string;
  readonly tables: string;
  /** Unix socket of the service's page. */
  readonly socket: string;
  /** Unix socket on which the service takes the orders of `tsadmin`. */
  readonly control: string;
}

const SETTINGS_FILES: Readonly<Record<PlatformName, string>> = {
  pfsense: '/conf/config.xml',
  openbsd: '/usr/local/etc/threatstop.conf',
  linux: '/opt/threatstop/threatstop.conf',
  'dry-run': '/usr/local/etc/threatstop.conf',
};

/** On pfSense /var may be in memory. */
const STATE_FOLDERS: Readonly<Record<PlatformName, string>> = {
  pfsense: '/usr/local/var/threatstop',
  openbsd: '/var/db/threatstop',
  linux: '/var/lib/threatstop',
  'dry-run': '/var/db/threatstop',
};

/** Where the sockets are, and how their names begin. The service on Linux is not root and has a folder of its own. */
const SOCKETS: Readonly<Record<PlatformName, string>> = {
  pfsense: '/var/run/threatstop',
  openbsd: '/var/run/threatstop',
  linux: '/run/threatstop/agent',
  'dry-run': '/var/run/threatstop',
};

/** The places of a platform below a root. */
export function hostPaths({ platform, root }: AgentLocation): HostPaths {
  return {
    settings: join(root, SETTINGS_FILES[platform]),
    state: join(root, STATE_FOLDERS[platform]),
    tables: join(root, '/var/db/aliastables'),
    socket: join(root, `${SOCKETS[platform]}.sock`),
    control: join(root, `${SOCKETS[platform]}-control.sock`),
  };
}
