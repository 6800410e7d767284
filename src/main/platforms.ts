/** What differs between the platforms: names, places, defaults, drivers. The one place that asks which platform it is. */
import { join } from 'node:path';
import { HostError } from '../core/errors.ts';
import type { FirewallDriver } from '../core/ports.ts';
import type { PlatformDefaults } from '../config/settings.ts';
import type { PlatformName } from './detect-platform.ts';
import { createDryRunDriver } from '../firewall/dry-run/driver.ts';

/** Every place the agent uses on a host, below the root prefix. */
export interface HostPaths {
  readonly settings: string;
  /** Database, locks and the last good policy; only the agent's user may enter. */
  readonly state: string;
  readonly tables: string;
  /** Unix socket of the service's page. */
  readonly socket: string;
}

/** A platform. */
export interface Platform {
  readonly name: PlatformName;
  readonly product: 'ts-pfsense' | 'ts-iptables' | 'ts-pf';
  readonly paths: HostPaths;
  readonly defaults: PlatformDefaults;
  /** @throws HostError where this release has no driver for the platform */
  createDriver(): FirewallDriver;
}

const PRODUCTS: Readonly<Record<PlatformName, Platform['product']>> = {
  pfsense: 'ts-pfsense',
  openbsd: 'ts-pf',
  linux: 'ts-iptables',
  'dry-run': 'ts-pfsense',
};

const SETTINGS_FILES: Readonly<Record<PlatformName, string>> = {
  pfsense: '/usr/local/etc/threatstop.conf',
  openbsd: '/usr/local/etc/threatstop.conf',
  linux: '/opt/threatstop/threatstop.conf',
  'dry-run': '/usr/local/etc/threatstop.conf',
};

/** @param root prefix of every host path; `/` for the host itself */
export function platformOf(name: PlatformName, root: string): Platform {
  const paths = {
    settings: join(root, SETTINGS_FILES[name]),
    state: join(root, '/var/db/threatstop'),
    tables: join(root, '/var/db/aliastables'),
    socket: join(root, '/var/run/threatstop.sock'),
  };
  return {
    name,
    product: PRODUCTS[name],
    paths,
    // A dry run has no rules, so no log line can carry their tracker: an address of the policy makes the hit.
    defaults: name === 'dry-run' ? { log_scope: 'policy' } : {},
    createDriver() {
      if (name !== 'dry-run') throw noDriver(name);
      return createDryRunDriver({
        tables: paths.tables,
        rules: join(paths.state, 'dry-run.rules'),
      });
    },
  };
}

function noDriver(platform: PlatformName): HostError {
  return new HostError(`this release cannot drive the firewall of ${platform} yet`, {
    remedy: 'Use --platform dry-run to try a policy out without touching the kernel.',
  });
}
