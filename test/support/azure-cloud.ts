/** What Azure does for an IP Firewall, in network namespaces: a virtual network with two subnets, a route table, the Internet. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, NetworkHost } from './network.ts';
import { portalCommand } from './portal-command.ts';
import { until } from './until.ts';

const PORTAL = fileURLToPath(new URL('../../src/main/portal.ts', import.meta.url));

/** Addresses of the virtual network and outside. */
export const AT = {
  firewall: '10.7.0.4',
  clients: '10.7.1.0/24',
  client: '10.7.1.4',
  portal: '198.18.0.10',
  good: '198.51.100.200',
  bad: '64.87.3.133',
  /** What every virtual machine in Azure asks for names. */
  resolver: '168.63.129.16',
} as const;
/** Where devices come to the portal. */
export const PORTAL_URL = `https://${AT.portal}:8443`;

/** The virtual network, with a portal on the Internet. */
export class AzureCloud {
  readonly client = new NetworkHost();
  readonly #fabric = new NetworkHost();
  readonly #outside = new NetworkHost();
  readonly #portalState: string;
  #firewall: NetworkHost | null = null;
  /** Of the portal's certificate. */
  pin = '';

  constructor(folder: string) {
    this.#portalState = join(folder, 'portal');
    mkdirSync(this.#portalState);
    connect(this.client, 'eth0', this.#fabric, 'clients');
    connect(this.#fabric, 'wan', this.#outside, 'eth0');
    this.client.script(
      `ip address add ${AT.client}/24 dev eth0; ip route add default via 10.7.1.1`,
    );
    // Outside knows no way to the clients: they are heard only by the address of the firewall.
    this.#outside.script(
      `ip address add ${AT.portal}/24 dev eth0; ip address add ${AT.good} dev lo; ip address add ${AT.bad} dev lo; ip address add ${AT.resolver} dev lo
       ip route add 10.7.0.0/24 via 198.18.0.1`,
    );
    // The route table that the template makes, associated with the subnet of the clients.
    this.#fabric.script(
      `ip address add 10.7.1.1/24 dev clients; ip address add 198.18.0.1/24 dev wan
       ip route add default via ${AT.portal}
       echo 1 >/proc/sys/net/ipv4/ip_forward
       ip rule add iif clients lookup 100; ip route add unreachable default table 100`,
    );
  }

  /** Starts the portal. */
  async startPortal(): Promise<void> {
    const ports = ['--policy-port', '5354', '--settings-port', '5353', '--intake-port', '8443'];
    const portal = this.#outside.start(
      ...['env', `TS_PORTAL_STATE=${this.#portalState}`, process.execPath, PORTAL, 'serve'],
      ...['--host', AT.portal, ...ports, '--admin-port', '8444'],
    );
    let said = '';
    portal.stdout?.on('data', (text: Buffer) => void (said += text.toString()));
    await until('the portal is ready', () => said.includes('The portal is ready.'), 60_000);
    this.pin = /^pin +(\S+)$/m.exec(said)?.[1] ?? '';
  }

  /** A command of `ts-portal`. @param input its standard input @returns what it printed */
  async portal(argv: readonly string[], input = ''): Promise<string> {
    const { code, output, errors } = await portalCommand(this.#portalState, argv, { input });
    if (code === 0) return output;
    throw new Error(`ts-portal ${argv.join(' ')}: ${errors}`);
  }

  /** The devices in service. */
  async devices(): Promise<readonly Readonly<Record<string, string>>[]> {
    return JSON.parse(await this.portal(['device', 'list', '--json'])) as Record<string, string>[];
  }

  /** A network for the firewall, with its address on eth0; the one before is gone. @returns its name */
  plugIn(): string {
    this.#firewall?.remove();
    const firewall = new NetworkHost();
    this.#firewall = firewall;
    connect(firewall, 'eth0', this.#fabric, 'firewall');
    firewall.script(`ip address add ${AT.firewall}/24 dev eth0; ip route add default via 10.7.0.1`);
    this.#fabric.script(
      `ip address add 10.7.0.1/24 dev firewall; ip route replace default via ${AT.firewall} table 100`,
    );
    return firewall.name;
  }

  /** Whether an address answers to the client. */
  clientReaches(address: string): boolean {
    try {
      this.client.do('ping', '-c', '1', '-W', '1', address);
      return true;
    } catch {
      return false;
    }
  }

  remove(): void {
    for (const host of [this.client, this.#firewall, this.#outside, this.#fabric]) host?.remove();
  }
}
