/** The Linux driver on a host of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FirewallDriver } from '../../src/core/ports.ts';
import { createLinuxDriver } from '../../src/firewall/linux/driver.ts';
import type { LinuxPlaces, LinuxPorts } from '../../src/firewall/linux/host.ts';
import type { LinuxOptions } from '../../src/firewall/linux/rules.ts';
import type { RunCommand } from '../../src/system/run-command.ts';
import { createPolicyStore } from '../../src/state/policy-store.ts';
import { systemClock } from '../../src/system/clock.ts';
import { NetworkHost } from './network.ts';

/** What a device that was set up without further options has. */
export const DEFAULT_OPTIONS: LinuxOptions = {
  prefix: 'TS',
  allowAction: 'exempt',
  logTo: 'kernel',
  logOptions: '',
  logDirection: 'both',
  loadBridgeFilter: false,
};

/** A host with the driver; tests change its options. */
export class LinuxFirewall {
  readonly host: NetworkHost;
  readonly run: RunCommand;
  readonly folder = mkdtempSync(join(tmpdir(), 'ts-iptables-'));
  readonly places: LinuxPlaces;
  /** The policies on its disk; tests save what they want to be there. */
  readonly policies = createPolicyStore(join(this.folder, 'state/policies'));
  readonly driver: FirewallDriver;
  options: LinuxOptions = DEFAULT_OPTIONS;

  /** @param run what the driver runs commands with */
  constructor(host: NetworkHost = new NetworkHost(), run: RunCommand = host.run) {
    this.host = host;
    this.run = run;
    this.places = {
      marks: join(this.folder, 'state/linux-firewall'),
      known: join(this.folder, 'state'),
      backups: join(this.folder, 'opt'),
      bridge: {
        modules: join(this.folder, 'modules-load.d/threatstop.conf'),
        sysctls: join(this.folder, 'sysctl.d/60-threatstop.conf'),
      },
      memory: '/proc/meminfo',
      ipv6: '/proc/net/if_inet6',
    };
    this.driver = this.createDriver();
  }

  /** What a driver for the host needs. */
  get ports(): LinuxPorts {
    return {
      run: this.run,
      readOptions: () => Promise.resolve(this.options),
      readTable: (hash) => this.policies.loadTable(hash),
      clock: systemClock,
      places: this.places,
    };
  }

  /** One more driver for the host, as a new process has it. */
  createDriver(run: RunCommand = this.run): FirewallDriver {
    return createLinuxDriver({ ...this.ports, run });
  }

  /** Rules of both back-ends and all sets, as text without counters and what differs each time. */
  state(): string {
    const programs = ['iptables', 'ip6tables'].flatMap((name) => [
      `${name}-save`,
      `${name}-legacy-save`,
    ]);
    const rules = programs.map((program) => withoutNoise(this.host.do(program)));
    const sets = this.host.do('ipset', 'save').split('\n').toSorted().join('\n');
    return [...rules, sets.replaceAll(/ initval \S+/g, '')].join('\n');
  }

  remove(): void {
    this.host.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The output of iptables-save without comments and counters. */
export function withoutNoise(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''))
    .join('\n');
}
