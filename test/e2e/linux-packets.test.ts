/** Real packets through the rules: client - router or bridge - outside, each a network namespace. */
import assert from 'node:assert/strict';
import { tables } from '../contract/firewall-driver.ts';
import { DEFAULT_OPTIONS } from '../support/linux-firewall.ts';
import {
  assertReaches,
  bridgedLab,
  enforce,
  isOpen,
  POLICY,
  routedLab,
  type Lab,
} from '../support/packet-lab.ts';
import { passMarkers } from '../support/packets.ts';

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

    it('pass again after remove, and all rules and sets are as before', async () => {
      const { driver } = lab.firewall;
      const untouched = lab.firewall.state();
      await enforce(lab, POLICY);
      await driver.enable();
      await assertReaches(lab, isOpen);
      await driver.remove();
      await assertReaches(lab, () => true);
      assert.equal(lab.firewall.state(), untouched);
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
