/** What becomes of packets of the allow list: every target that iptables takes, and those it does not. */
import assert from 'node:assert/strict';
import { FirewallError } from '../../../src/core/errors.ts';
import { tables } from '../../contract/firewall-driver.ts';
import { DEFAULT_OPTIONS, LinuxFirewall } from '../../support/linux-firewall.ts';

const POLICY = tables('192.0.2.1', '203.0.113.5 2001:db8::5');

describe('the allow action of a Linux firewall', function () {
  this.timeout(60_000);
  let firewall: LinuxFirewall;
  beforeEach(async () => {
    firewall = new LinuxFirewall();
    await firewall.driver.apply(await firewall.driver.plan(POLICY));
  });
  afterEach(() => firewall.remove());

  const enableWith = (allowAction: string) => {
    firewall.options = { ...DEFAULT_OPTIONS, allowAction };
    return firewall.driver.enable();
  };

  it('may be any target; rules that iptables prints with its defaults are in place', async () => {
    for (const program of ['iptables', 'ip6tables']) firewall.host.do(program, '-N', 'mine');
    for (const action of ['pass', 'REJECT', 'NFQUEUE', 'mine']) {
      await enableWith(action);
      const { rulesInPlace, problems } = await firewall.driver.verify();
      assert.deepEqual([rulesInPlace, problems], [true, []], action);
    }
  });

  it('that iptables does not have is named, with the setting and what to do; the rules stay', async () => {
    await enableWith('exempt');
    const before = firewall.state();
    for (const program of ['iptables', 'iptables-legacy']) {
      if (program === 'iptables-legacy') firewall.host.do(program, '-N', 'other');
      await assert.rejects(enableWith('NOSUCH'), (error: unknown) => {
        assert.ok(error instanceof FirewallError);
        assert.match(
          error.message,
          /^allow_action: iptables(?:-legacy)? has no chain or target "NOSUCH"$/,
        );
        assert.match(error.remedy, /iptables(?:-legacy)? -N NOSUCH/);
        return true;
      });
      if (program === 'iptables') assert.equal(firewall.state(), before);
    }
  });

  it('cannot be our own chain', async () => {
    await assert.rejects(enableWith('ThreatSTOP'), /"ThreatSTOP" is not a target/);
  });
});
