/** Three hosts for packets: client - router or bridge - outside, each a network namespace. */
import assert from 'node:assert/strict';
import type { PolicyTables } from '../../src/core/ports.ts';
import type { RunCommand } from '../../src/system/run-command.ts';
import { tables } from '../contract/firewall-driver.ts';
import { LinuxFirewall } from './linux-firewall.ts';
import { connect, NetworkHost } from './network.ts';
import { expected, Peer, reached, type Path } from './packets.ts';

/** Addresses outside, by what the policy says of them. */
const REMOTE = {
  4: {
    other: '198.18.0.2',
    address: '198.18.0.66',
    network: '203.0.113.5',
    allowed: '203.0.113.9',
  },
  6: {
    other: 'fd18::2',
    address: 'fd18::66',
    network: 'fd66::5',
    allowed: 'fd66::9',
  },
} as const;
/** What the hosts outside are to the policy: see {@link REMOTE}. */
export const POLICY = tables(
  '198.18.0.66 203.0.113.0/24 fd18::66 fd66::/32',
  '203.0.113.9 fd66::9',
);

/** The hosts. */
export interface Lab {
  readonly firewall: LinuxFirewall;
  readonly outside: NetworkHost;
  readonly paths: readonly Path[];
  readonly markers: readonly Path[];
  remove(): void;
}

/** What the policy does not block. */
export function isOpen({ name }: Path): boolean {
  return /other|allowed/.test(name);
}

/** Sends along all paths; those that are open, and no others, arrive. */
export async function assertReaches({ paths, markers }: Lab, open: (path: Path) => boolean) {
  const arrived = await reached(paths, open, markers);
  assert.deepEqual(arrived.toSorted(), expected(paths, open).toSorted());
}

/** Loads a policy. */
export async function enforce({ firewall: { driver } }: Lab, policy: PolicyTables): Promise<void> {
  await driver.apply(await driver.plan(policy));
}

function addAddresses(host: NetworkHost, device: string, ...addresses: readonly string[]): void {
  for (const address of addresses) {
    const flags = address.includes(':') ? ['nodad'] : [];
    host.do('ip', 'address', 'add', address, 'dev', device, ...flags);
  }
}

/** A host inside, by the addresses it has. */
export interface Inside {
  readonly name: string;
  readonly peer: Peer;
  readonly 4: string;
  readonly 6: string;
}

/**
 * Paths between two hosts, both ways and of both IP versions.
 * @param at the addresses that outside knows the host by, where they are not its own
 */
export function pathsBetween(
  here: Inside,
  outside: Peer,
  at: Pick<Inside, 4 | 6> = here,
): readonly Path[] {
  return ([4, 6] as const).flatMap((family) =>
    Object.entries(REMOTE[family]).flatMap(([kind, remote]) => [
      path(`${here.name}>${kind}${family}`, here.peer, outside, here[family], remote),
      path(`${kind}${family}>${here.name}`, outside, here.peer, remote, at[family]),
    ]),
  );
}

function path(name: string, from: Peer, to: Peer, source: string, destination: string): Path {
  return { name, from, to, source, destination };
}

/** @param router the host in the middle, and `run` what its driver runs commands with */
export async function routedLab(
  router = new NetworkHost(),
  run: RunCommand = router.run,
): Promise<Lab> {
  const [client, outside] = [new NetworkHost(), new NetworkHost()];
  connect(client, 'eth0', router, 'lan');
  connect(router, 'wan', outside, 'eth0');
  router.script(
    'for name in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 >/proc/sys/net/$name; done',
  );
  addAddresses(client, 'eth0', '10.7.0.2/24', 'fd07::2/64');
  addAddresses(router, 'lan', '10.7.0.1/24', 'fd07::1/64');
  addAddresses(router, 'wan', '198.18.0.1/24', 'fd18::1/64');
  addAddresses(outside, 'eth0', '198.18.0.2/24', '198.18.0.66/24', 'fd18::2/64', 'fd18::66/64');
  addAddresses(outside, 'lo', '203.0.113.5/32', '203.0.113.9/32', 'fd66::5/128', 'fd66::9/128');
  client.script('ip route add default via 10.7.0.1; ip route add default via fd07::1');
  router.script('ip route add 203.0.113.0/24 via 198.18.0.2; ip route add fd66::/64 via fd18::2');
  outside.script('ip route add 10.7.0.0/24 via 198.18.0.1; ip route add fd07::/64 via fd18::1');
  const [inner, own, remote] = [new Peer(client), new Peer(router), new Peer(outside)];
  await Promise.all([inner.ready(), own.ready(), remote.ready()]);
  const paths = [
    ...pathsBetween({ name: 'client', peer: inner, 4: '10.7.0.2', 6: 'fd07::2' }, remote),
    ...pathsBetween({ name: 'router', peer: own, 4: '198.18.0.1', 6: 'fd18::1' }, remote),
  ];
  return labOf(new LinuxFirewall(router, run), paths, outside, client);
}

/** As {@link routedLab}; the host in the middle has no address. */
export async function bridgedLab(): Promise<Lab> {
  const [client, bridge, outside] = [new NetworkHost(), new NetworkHost(), new NetworkHost()];
  connect(client, 'eth0', bridge, 'lan');
  connect(bridge, 'wan', outside, 'eth0');
  bridge.script(
    'ip link add br0 type bridge; ip link set lan master br0; ip link set wan master br0; ip link set br0 up',
  );
  addAddresses(client, 'eth0', '198.18.0.9/24', 'fd18::9/64');
  addAddresses(outside, 'eth0', '198.18.0.2/24', '198.18.0.66/24', 'fd18::2/64', 'fd18::66/64');
  addAddresses(outside, 'lo', '203.0.113.5/32', '203.0.113.9/32', 'fd66::5/128', 'fd66::9/128');
  client.script('ip route add default via 198.18.0.2; ip route add default via fd18::2');
  const [inner, remote] = [new Peer(client), new Peer(outside)];
  await Promise.all([inner.ready(), remote.ready()]);
  const here = { name: 'client', peer: inner, 4: '198.18.0.9', 6: 'fd18::9' };
  return labOf(new LinuxFirewall(bridge), pathsBetween(here, remote), outside, client);
}

/** The lab with other paths. */
export function withPaths(lab: Lab, paths: readonly Path[]): Lab {
  return { ...lab, paths, markers: markersOf(paths) };
}

function markersOf(paths: readonly Path[]): readonly Path[] {
  return paths.filter(({ name }) => name.includes('other'));
}

function labOf(
  firewall: LinuxFirewall,
  paths: readonly Path[],
  outside: NetworkHost,
  client: NetworkHost,
): Lab {
  return {
    firewall,
    outside,
    paths,
    markers: markersOf(paths),
    remove() {
      client.remove();
      outside.remove();
      firewall.remove();
    },
  };
}
