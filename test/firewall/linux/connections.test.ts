/** Open connections through a real router, cut and not cut. */
import assert from 'node:assert/strict';
import { tables } from '../../contract/firewall-driver.ts';
import { LinuxFirewall } from '../../support/linux-firewall.ts';
import { connect, NetworkHost } from '../../support/network.ts';
import { Peer } from '../../support/packets.ts';

const POLICY = tables('198.18.0.66 203.0.113.0/24 fd18::66');

describe('connections of newly blocked addresses', function () {
  this.timeout(30_000);
  let firewall: LinuxFirewall;
  let outside: NetworkHost;
  beforeEach(() => {
    firewall = new LinuxFirewall();
    outside = new NetworkHost();
    connect(firewall.host, 'wan', outside, 'eth0');
    firewall.host.script(`
      ip address add 198.18.0.1/24 dev wan; ip address add fd18::1/64 dev wan nodad
      ip route add 203.0.113.0/24 via 198.18.0.2
      iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
      ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
    `);
    outside.script(`
      for address in 198.18.0.2/24 198.18.0.66/24 203.0.113.5/32; do ip address add $address dev eth0; done
      for address in fd18::2 fd18::66; do ip address add $address/64 dev eth0 nodad; done
    `);
  });
  afterEach(() => {
    outside.remove();
    firewall.remove();
  });

  function flows(): string {
    return ['ipv4', 'ipv6']
      .map((family) => firewall.host.do('conntrack', '-L', '-f', family))
      .join('');
  }

  it('are ended in both directions and IP versions, and counted; others stay', async () => {
    const [here, there] = [new Peer(firewall.host), new Peer(outside)];
    await Promise.all([here.ready(), there.ready()]);
    for (const [peer, other, from, to] of [
      [here, there, '198.18.0.1', '198.18.0.66'],
      [here, there, '198.18.0.1', '203.0.113.5'],
      [here, there, '198.18.0.1', '198.18.0.2'],
      [here, there, 'fd18::1', 'fd18::66'],
      [here, there, 'fd18::1', 'fd18::2'],
      [there, here, '198.18.0.66', '198.18.0.1'],
    ] as const) {
      peer.order('udp', from, to, `${from}>${to}`);
      await other.arrival([`${from}>${to}`]);
    }
    assert.match(flows(), /dst=203\.0\.113\.5/);
    assert.equal(await firewall.driver.cutConnections(POLICY.block), 4);
    assert.doesNotMatch(flows(), /198\.18\.0\.66|203\.0\.113|fd18::66/);
    assert.match(flows(), /dst=198\.18\.0\.2 /);
    assert.match(flows(), /dst=fd18::2 /);
    assert.equal(await firewall.driver.cutConnections(POLICY.block), 0);
  });

  it('are looked for only where something was added', async () => {
    const asked: string[] = [];
    const driver = firewall.createDriver((argv, options) => {
      asked.push(argv.join(' '));
      return firewall.host.run(argv, options);
    });
    assert.equal(await driver.cutConnections(tables('192.0.2.1').block), 0);
    assert.deepEqual(asked, ['conntrack --version', 'conntrack -L -f ipv4']);
  });
});
