/** What differs between the platforms: names, places, defaults, drivers. The one place that asks which platform it is. */
import { join } from 'node:path';
import type { FirewallDriver, PolicyStore, SettingsStore, Log, Notices } from '../core/ports.ts';
import type { Settings } from '../config/options.ts';
import type { PlatformDefaults } from '../config/settings.ts';
import type { PlatformName } from './detect-platform.ts';
import { hostPaths, type HostPaths } from './host-paths.ts';
import { logWayOf } from './log-way.ts';
import { platformDefaults, settingsStoreOf } from './platform-settings.ts';
import { bridgeFiles } from './root-steps.ts';
import { startCommands } from './start-commands.ts';
import { createDryRunDriver } from '../firewall/dry-run/driver.ts';
import { createLinuxDriver } from '../firewall/linux/driver.ts';
import { createOpenbsdDriver } from '../firewall/openbsd/driver.ts';
import { createPfsenseDriver } from '../firewall/pfsense/driver.ts';
import { systemClock } from '../system/clock.ts';
import { createLogNotices, createPfsenseNotices, createSyslogNotices } from '../system/notices.ts';
import { createPfsenseCommand } from '../system/pfsense-command.ts';
import { runCommand } from '../system/run-command.ts';

/** A platform. */
export interface Platform {
  readonly name: PlatformName;
  readonly product: 'ts-pfsense' | 'ts-iptables' | 'ts-pf';
  readonly paths: HostPaths;
  /** What starts the service, for people. */
  readonly startCommand: string;
  /** See `Identity.withoutService`. */
  readonly withoutService: string | undefined;
  readonly defaults: PlatformDefaults;
  /**
   * @param readSettings the settings as they are whenever the driver asks, or the defaults
   * @param policies the tables kept on disk
   */
  createDriver(
    readSettings: () => Promise<Settings>,
    policies: Pick<PolicyStore, 'loadTable'>,
  ): FirewallDriver;
  createSettingsStore(): SettingsStore;
  /** @param log of the service, for platforms that have no other place */
  createNotices(log: Log): Notices;
}

const PRODUCTS: Readonly<Record<PlatformName, Platform['product']>> = {
  pfsense: 'ts-pfsense',
  openbsd: 'ts-pf',
  linux: 'ts-iptables',
  'dry-run': 'ts-pfsense',
};

/** What install.sh puts into the crontab of OpenBSD. */
const ONLY_CRON =
  'cron refreshes every hour and uploads every 15 minutes, but nobody checks the rules, and there is no page';

/** @param root prefix of every host path; `/` for the host itself */
export function platformOf(name: PlatformName, root: string): Platform {
  const paths = hostPaths({ platform: name, root });
  return {
    name,
    product: PRODUCTS[name],
    paths,
    startCommand: startCommands[name],
    withoutService: name === 'openbsd' ? ONLY_CRON : undefined,
    defaults: platformDefaults[name],
    createDriver(readSettings, policies) {
      if (name === 'pfsense') return createPfsense(paths, readSettings);
      if (name === 'linux') return createLinux(root, paths, readSettings, policies);
      if (name === 'openbsd') return createOpenbsd(root, readSettings);
      return createDryRunDriver({
        tables: paths.tables,
        rules: join(paths.state, 'dry-run.rules'),
        readAllowAction: async () => (await readSettings()).allow_action,
      });
    },
    createNotices(log) {
      if (name === 'pfsense') return createPfsenseNotices(createPfsenseCommand(runCommand));
      return name === 'dry-run'
        ? createLogNotices(log)
        : createSyslogNotices(runCommand, PRODUCTS[name]);
    },
    createSettingsStore: () => settingsStoreOf({ platform: name, root }),
  };
}

function createPfsense(
  { tables, settings: configFile }: HostPaths,
  readSettings: () => Promise<Settings>,
): FirewallDriver {
  const ask = createPfsenseCommand(runCommand);
  const readAllowAction = async () => (await readSettings()).allow_action;
  const clock = systemClock;
  return createPfsenseDriver({ run: runCommand, ask, clock, tables, configFile, readAllowAction });
}

function createOpenbsd(root: string, readSettings: () => Promise<Settings>): FirewallDriver {
  return createOpenbsdDriver({
    run: runCommand,
    clock: systemClock,
    rules: join(root, '/etc/pf.conf'),
    readOptions: async () => {
      const settings = await readSettings();
      const fileOf = (path: string, name: string): string =>
        join(root, path === '' ? join(settings.out_dir, name) : path);
      return {
        names: { block: settings.block_table, allow: settings.allow_table },
        files: {
          block: fileOf(settings.block_file, 'ThreatSTOP-Block.pftable'),
          allow: fileOf(settings.allow_file, 'ThreatSTOP-Allow.pftable'),
        },
        reload: settings.reload_pf,
        pass: ['pass', 'ACCEPT'].includes(settings.allow_action),
      };
    },
  });
}

function createLinux(
  root: string,
  { state }: HostPaths,
  readSettings: () => Promise<Settings>,
  { loadTable }: Pick<PolicyStore, 'loadTable'>,
): FirewallDriver {
  return createLinuxDriver({
    run: runCommand,
    clock: systemClock,
    readTable: loadTable,
    readOptions: async () => {
      const settings = await readSettings();
      return {
        prefix: settings.tsprefix,
        allowAction: settings.allow_action,
        logTo: logWayOf(settings) === 'nflog' ? 'nflog' : 'kernel',
        logOptions: settings.logopts,
        logDirection: settings.logopts_direction,
        loadBridgeFilter: settings.load_br_netfilter,
      };
    },
    places: {
      marks: join(state, 'linux-firewall'),
      known: state,
      backups: join(root, '/opt/threatstop'),
      bridge: bridgeFiles(root),
      memory: join(root, '/proc/meminfo'),
      ipv6: '/proc/net/if_inet6',
    },
  });
}
