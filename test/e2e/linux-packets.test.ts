/** Real packets through the rules: client - router or bridge - outside, each a network namespace. */
import assert from 'node:assert/strict';
import type { PolicyTables } from '../../src/core/ports.ts';
import { tables } from '../contract/firewall-driver.ts';
import { DEFAULT_OPTIONS, LinuxFirewall } from '../support/linux-firewall.ts';
import { connect, NetworkHost } from '../support/network.ts';
import { expected, passMarkers, Peer, reached, type Path } from '../support/packets.ts';

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
const POLICY = tables('198.18.0.66 203.0.113.0/24 fd18::66 fd66::/32', '203.0.113.9 fd66::9');

interface Lab {
  readonly firewall: LinuxFirewall;
  readonly paths: readonly Path[];
  readonly markers: readonly Path[];
  remove(): void;
}

/** What the policy does not block. */
function isOpen({ name }: Path): boolean {
  return /other|allowed/.test(name);
}

async function assertReaches({ paths, markers }: Lab, open: (path: Path) => boolean) {
  const arrived = await reached(paths, open, markers);
  assert.deepEqual(arrived.toSorted(), expected(paths, open).toSorted());
}

async function enforce({ firewall: { driver } }: Lab, policy: PolicyTables): Promise<void> {
  await driver.apply(await driver.plan(policy));
}

function addAddresses(host: NetworkHost, device: string, ...addresses: readonly string[]): void {
  for (const address of addresses) {
    const flags = address.includes(':') ? ['nodad'] : [];
    host.do('ip', 'address', 'add', address, 'dev', device, ...flags);
  }
}

/** Paths between two hosts, both ways and of both IP versions. */
function pathsBetween(
  here: { name: string; peer: Peer; 4: string; 6: string },
  outside: Peer,
): Path[] {
  return ([4, 6] as const).flatMap((family) =>
    Object.entries(REMOTE[family]).flatMap(([kind, remote]) => [
      path(`${here.name}>${kind}${family}`, here.peer, outside, here[family], remote),
      path(`${kind}${family}>${here.name}`, outside, here.peer, remote, here[family]),
    ]),
  );
}

function path(name: string, from: Peer, to: Peer, source: string, destination: string): Path {
  return { name, from, to, source, destination };
}

async function routedLab(): Promise<Lab> {
  const [client, router, outside] = [new NetworkHost(), new NetworkHost(), new NetworkHost()];
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
  return labOf(new LinuxFirewall(router), paths, [client, outside]);
}

async function bridgedLab(): Promise<Lab> {
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
  return labOf(new LinuxFirewall(bridge), pathsBetween(here, remote), [client, outside]);
}

function labOf(
  firewall: LinuxFirewall,
  paths: readonly Path[],
  hosts: readonly NetworkHost[],
): Lab {
  return {
    firewall,
    paths,
    markers: paths.filter(({ name }) => name.includes('other')),
    remove() {
      for (const host of hosts) host.remove();
      firewall.remove();
    },
  };
}

for (const [name, open] of [
  ['routed', routedLab],
  ['bridged', bridgedLab],
] as const) {
  describe(`packets that are ${name} by Linux`, function () {
    this.timeout(60_000);
    let lab: Lab;
    beforeEach(async () => {
      lab = await open();
    });
    afterEach(() => lab.remove());

    it('meet the policy from enable to disable, in both directions and IP versions', async () => {
      const { driver } = lab.firewall;
      await enforce(lab, POLICY);
      await assertReaches(lab, () => true);
      await driver.enable();
      await assertReaches(lab, isOpen);
      await enforce(lab, tables('198.18.0.66 fd66::/32'));
      await assertReaches(lab, ({ name: one }) => !/address4|network6|allowed6/.test(one));
      await driver.disable();
      await assertReaches(lab, () => true);
    });

    it('pass again after remove', async () => {
      const { driver } = lab.firewall;
      await enforce(lab, POLICY);
      await driver.enable();
      await assertReaches(lab, isOpen);
      await driver.remove();
      await assertReaches(lab, () => true);
    });
  });
}

describe('the rules on a Linux router', function () {
  this.timeout(60_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await routedLab();
    await enforce(lab, POLICY);
  });
  afterEach(() => lab.remove());

  it('log each dropped packet once, with the documented prefix', async () => {
    const { host, driver } = lab.firewall;
    await driver.enable();
    await assertReaches(lab, isOpen);
    for (const program of ['iptables-save', 'ip6tables-save']) {
      const rules = host.do(program, '-c').split('\n');
      const countOf = (target: RegExp) =>
        rules
          .filter((rule) => target.test(rule))
          .reduce((sum, rule) => sum + Number(/^\[(\d+):/.exec(rule)?.[1]), 0);
      const dropped = countOf(/-A ThreatSTOP .* -j DROP$/);
      assert.ok(dropped > 20);
      assert.equal(countOf(/-j LOG --log-prefix "ThreatSTOP-TSblock "$/), dropped);
    }
  });

  it('come before rules that accept, also those of connections that are open', async () => {
    const { host, driver } = lab.firewall;
    host.script('for chain in INPUT FORWARD OUTPUT; do iptables -A $chain -j ACCEPT; done');
    await driver.enable();
    host.script('for chain in INPUT FORWARD OUTPUT; do iptables -I $chain -j ACCEPT; done');
    const { rulesInPlace, problems } = await driver.verify();
    assert.equal(rulesInPlace, false);
    assert.match(problems.map(({ message }) => message).join(), /1 rule is above ours in FORWARD/);
    await driver.enable();
    await assertReaches(lab, isOpen);
  });

  it('let allow-listed packets end at the target that is set', async () => {
    const { host, driver } = lab.firewall;
    host.script('iptables -P FORWARD DROP; ip6tables -P FORWARD DROP');
    await driver.enable();
    const forwarded = lab.paths.filter(({ name }) => name.includes('client'));
    const routerOnly = lab.markers.filter(({ name }) => name.includes('router'));
    const routed = { ...lab, paths: forwarded, markers: routerOnly };
    await assertReaches(routed, () => false);
    lab.firewall.options = { ...DEFAULT_OPTIONS, allowAction: 'ACCEPT' };
    await driver.enable();
    await assertReaches(routed, ({ name }) => name.includes('allowed'));
  });

  it('let no packet of a blocked address pass during 100 refreshes', async () => {
    const { driver } = lab.firewall;
    const from = lab.paths.find(({ name }) => name === 'address4>client')!;
    const other = lab.paths.find(({ name }) => name === 'other4>client')!;
    // Blocked by an address, then by a network, then by an address again: each time all sets change places.
    const crowd = (n: number) =>
      Array.from({ length: 300 }, (_, i) => `100.64.${(n * 2) % 256}.${i % 256}`).join(' ');
    const policies = Array.from({ length: 100 }, (_, n) =>
      tables(`${crowd(n)} ${n % 2 === 0 ? '198.18.0.64/29' : '198.18.0.66'} 192.0.2.${n}/32`),
    );
    await enforce(lab, policies.at(-1)!);
    await driver.enable();
    from.from.order('flood', from.source, from.destination, 'blocked');
    for (const policy of policies) {
      await enforce(lab, policy);
      from.from.order('udp', other.source, other.destination, 'alive');
    }
    const sent = await from.from.calm();
    await passMarkers(lab.markers, 'after-the-flood');
    assert.ok(sent > 5_000, `only ${sent} packets were sent`);
    assert.equal(other.to.got.get('alive'), policies.length);
    assert.equal(from.to.got.get('blocked') ?? 0, 0);
  });
});
