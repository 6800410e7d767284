import assert from 'node:assert/strict';
import { formatPrefix } from '../../src/core/prefix-text.ts';
import {
  addressOrNone,
  parseClusterPeers,
  parseGateways,
  parseResolvers,
  parseTimeServers,
} from '../../src/core/surroundings.ts';

describe('the surroundings of a host', () => {
  it('hold the name servers of resolv.conf', () => {
    const text =
      '# made by dhclient\nsearch example.net\nnameserver 192.0.2.53\n nameserver fe80::1%em0 # x\n';
    assert.deepEqual(parseResolvers(text).map(formatPrefix), ['192.0.2.53', 'fe80::1']);
  });

  it('hold the default gateways of FreeBSD', () => {
    const text = `Routing tables

Internet:
Destination        Gateway            Flags     Netif Expire
default            203.0.113.1        UGS         em0
127.0.0.1          link#4             UH          lo0

Internet6:
Destination                       Gateway                       Flags     Netif Expire
default                           fe80::1%em0                   UGS         em0
`;
    assert.deepEqual(parseGateways(text).map(formatPrefix), ['203.0.113.1', 'fe80::1']);
  });

  it('hold the default gateways of Linux', () => {
    const text = 'default via 10.0.2.2 dev eth0 proto dhcp metric 100\n';
    assert.deepEqual(parseGateways(text).map(formatPrefix), ['10.0.2.2']);
  });

  it('hold no gateway where the default route is an interface', () => {
    assert.deepEqual(parseGateways('default link#1 U em0\ndefault dev tun0 scope link\n'), []);
  });

  it('hold the time servers by name or address', () => {
    const text =
      'server time.nist.gov iburst\npool 0.pfsense.pool.ntp.org maxpoll 9\n#server no\npeer 192.0.2.9\n';
    assert.deepEqual(parseTimeServers(text), [
      'time.nist.gov',
      '192.0.2.9',
      '0.pfsense.pool.ntp.org',
    ]);
  });

  it('hold the peers of a high-availability cluster of pfSense', () => {
    const text =
      '<hasync><pfsyncpeerip>192.0.2.12</pfsyncpeerip>\n<synchronizetoip> 2001:db8::12 </synchronizetoip>' +
      '<pfsyncinterface>opt1</pfsyncinterface><synchronizetoip></synchronizetoip></hasync>';
    assert.deepEqual(parseClusterPeers(text).map(formatPrefix), ['192.0.2.12', '2001:db8::12']);
  });

  it('are addresses only, never names, networks or junk', () => {
    for (const text of ['', 'gateway', '192.0.2.0/24', '1.2.3', '::1::']) {
      assert.deepEqual(addressOrNone(text), []);
    }
  });
});
