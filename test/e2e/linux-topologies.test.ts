/** Packets that come another way than the usual one: inside VLAN over a bridge, in fragments, through NAT, on the link only. */
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tables } from '../contract/firewall-driver.ts';
import { DEFAULT_OPTIONS, LinuxFirewall } from '../support/linux-firewall.ts';
import { connect, NetworkHost } from '../support/network.ts';
import { until } from '../support/until.ts';

const FRAMES = fileURLToPath(new URL('../support/tagged-frames.pl', import.meta.url));
const BLOCKED = '198.18.0.66';
const OTHER = '198.18.0.2';

describe('packets through a Linux firewall', function () {
  this.timeout(60_000);
  let inside: NetworkHost;
  let outside: NetworkHost;
  let firewall: LinuxFirewall;

  beforeEach(() => {
    [inside, outside] = [new NetworkHost(), new NetworkHost()];
    firewall = new LinuxFirewall();
    connect(inside, 'eth0', firewall.host, 'lan');
    connect(firewall.host, 'wan', outside, 'eth0');
    outside.script(`for address in ${BLOCKED} ${OTHER}; do ip address add $address/24 dev eth0; done
      ip address add fd18::66/64 dev eth0 nodad; ip address add fd18::2/64 dev eth0 nodad`);
  });
  afterEach(() => {
    for (const host of [inside, outside]) host.remove();
    firewall.remove();
  });

  async function protect(policy: string): Promise<void> {
    await firewall.driver.apply(await firewall.driver.plan(tables(policy)));
    await firewall.driver.enable();
  }

  function route(): void {
    inside.script('ip address add 10.7.0.2/24 dev eth0; ip route add default via 10.7.0.1');
    firewall.host.script(`echo 1 >/proc/sys/net/ipv4/ip_forward
      ip address add 10.7.0.1/24 dev lan; ip address add 198.18.0.1/24 dev wan
      ip address add fd18::1/64 dev wan nodad`);
    outside.script('ip route add 10.7.0.0/24 via 198.18.0.1');
  }

  /** Whether an echo comes back. */
  function answers(from: NetworkHost, to: string, ...more: readonly string[]): boolean {
    return /^0 /m.test(
      from.script(`ping -n -c 1 -W 1 ${more.join(' ')} ${to} >&2 && echo 0 yes || echo 1 no`),
    );
  }

  it('are dropped inside VLAN on a bridge, too, where the bridge filter is asked for', async () => {
    firewall.host.script(`ip link add br0 type bridge
      for port in lan wan; do ip link set $port master br0; done; ip link set br0 up`);
    firewall.options = { ...DEFAULT_OPTIONS, loadBridgeFilter: true };
    await protect('198.18.7.66');
    const arrived: string[] = [];
    const receiver = outside.start('perl', FRAMES, 'receive', 'eth0');
    createInterface(receiver.stdout!).on('line', (line) => arrived.push(line));
    await until('the receiver listens', () => arrived.includes('ready'));
    inside.do('perl', FRAMES, 'send', 'eth0', '198.18.7.9', '198.18.7.66', '198.18.7.2');
    await until('the last one arrives', () => arrived.includes('198.18.7.2'));
    assert.deepEqual(arrived, ['ready', '198.18.7.2']);
    firewall.host.script('echo 0 >/proc/sys/net/bridge/bridge-nf-filter-vlan-tagged');
    const { problems } = await firewall.driver.verify();
    assert.match(problems[0]?.message ?? '', /inside VLAN or PPPoE are not filtered/);
    inside.do('perl', FRAMES, 'send', 'eth0', '198.18.7.9', '198.18.7.66');
    await until('it arrives', () => arrived.includes('198.18.7.66'));
  });

  it('are dropped in all their fragments', async () => {
    route();
    await protect(BLOCKED);
    assert.equal(answers(inside, OTHER, '-s 4000'), true);
    assert.equal(answers(inside, BLOCKED, '-s 4000'), false);
    assert.equal(answers(outside, '10.7.0.2', '-s 4000', `-I ${BLOCKED}`), false);
    assert.equal(answers(outside, '10.7.0.2', '-s 4000', `-I ${OTHER}`), true);
  });

  it('are dropped behind NAT by the address outside', async () => {
    route();
    firewall.host.script(`iptables -t nat -A POSTROUTING -s 10.7.0.0/24 -o wan -j MASQUERADE
      iptables -t nat -A PREROUTING -d 198.18.0.1 -p icmp -j DNAT --to-destination 10.7.0.2`);
    await protect(BLOCKED);
    assert.equal(answers(inside, OTHER), true);
    assert.equal(answers(inside, BLOCKED), false);
    assert.equal(answers(outside, '198.18.0.1', `-I ${OTHER}`), true);
    assert.equal(answers(outside, '198.18.0.1', `-I ${BLOCKED}`), false);
  });

  it('pass between neighbours on the link, though all global addresses there are blocked', async () => {
    route();
    await protect(`${BLOCKED} fd18::/64`);
    const [, local = ''] =
      /inet6 (fe80::\S+)\//.exec(outside.do('ip', '-6', 'address', 'show', 'dev', 'eth0')) ?? [];
    await until('link-local addresses are there', () => answers(firewall.host, `${local}%wan`));
    assert.equal(answers(firewall.host, 'fd18::2'), false);
    firewall.host.do('ip', '-6', 'neighbour', 'flush', 'dev', 'wan');
    assert.equal(answers(firewall.host, `${local}%wan`), true);
    assert.equal(answers(firewall.host, '127.0.0.1'), true);
  });
});
