import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { formatPrefix } from '../../src/core/prefix-text.ts';
import { guardHosts, readSurroundings } from '../../src/system/surroundings.ts';

describe('the surroundings of this host', () => {
  it('hold every address of its own', async () => {
    const found = (await readSurroundings())
      .filter(({ reason }) => reason === 'address of this device')
      .map(({ prefix }) => formatPrefix(prefix));
    const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    assert.ok(own.length > 0);
    for (const { address } of own) assert.ok(found.includes(address.split('%')[0] ?? ''), address);
  });

  it('hold what the link needs: loopback, neighbour discovery, DHCP', async () => {
    const found = (await readSurroundings()).map(({ prefix }) => formatPrefix(prefix));
    for (const prefix of ['127.0.0.0/8', 'fe80::/10', 'ff02::/16', '0.0.0.0', '255.255.255.255']) {
      assert.ok(found.includes(prefix), prefix);
    }
  });

  it('hold the addresses of hosts, each with the reason and the host', async () => {
    const guarded = await guardHosts(['203.0.113.9', 'localhost', '2001:db8::1'], 'portal');
    const texts = guarded.map(({ prefix, reason }) => `${formatPrefix(prefix)} ${reason}`);
    assert.ok(texts.includes('203.0.113.9 portal 203.0.113.9'));
    assert.ok(texts.includes('2001:db8::1 portal 2001:db8::1'));
    assert.ok(texts.some((text) => text.endsWith(' portal localhost')));
  });

  it('leave out a host that cannot be resolved', async () => {
    assert.deepEqual(await guardHosts(['no-such-host.invalid'], 'portal'), []);
  });
});
