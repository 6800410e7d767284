/** The driver with the rights that the unit file gives the service. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setHash } from '../../../src/protocol/set-hash.ts';
import { tables } from '../../contract/firewall-driver.ts';
import { LinuxFirewall } from '../../support/linux-firewall.ts';
import { asService, SERVICE_ID } from '../../support/service-user.ts';

const POLICY = tables('203.0.113.1 198.51.100.0/24 2001:db8::/32', '203.0.113.5');
const PREPARE = fileURLToPath(
  new URL('../../../linux/root/usr/lib/ts-iptables/prepare-host', import.meta.url),
);

describe('a Linux firewall without root', function () {
  this.timeout(60_000);
  let firewall: LinuxFirewall;
  beforeEach(() => {
    firewall = new LinuxFirewall();
  });
  afterEach(() => {
    firewall.remove();
    execFileSync('chown', ['0:0', '/run/xtables.lock']);
    execFileSync('chmod', ['600', '/run/xtables.lock']);
  });

  /** As the unit does by root before the service starts. */
  function prepareHost(): void {
    firewall.host.do('env', `SERVICE_GROUP=${SERVICE_ID}`, PREPARE);
  }

  async function assertWorks(): Promise<void> {
    const driver = firewall.createDriver(asService(firewall.host));
    const before = firewall.state();
    await driver.apply(await driver.plan(POLICY));
    await driver.enable();
    const { tables: held, rulesInPlace, problems } = await driver.verify();
    assert.deepEqual(problems, []);
    assert.equal(rulesInPlace, true);
    assert.equal(held.block?.hash, setHash(POLICY.block));
    assert.equal(await driver.cutConnections(POLICY.block), 0);
    await driver.disable();
    await driver.remove();
    assert.equal(firewall.state(), before);
  }

  it('has all the rights it needs where iptables is nf_tables', async () => {
    prepareHost();
    await assertWorks();
  });

  it('has all the rights it needs where iptables is legacy', async () => {
    firewall.host.script('iptables-legacy -A INPUT -i lo -j ACCEPT; ip6tables-legacy -L -n >&2');
    prepareHost();
    await assertWorks();
    assert.match(firewall.host.do('iptables-legacy-save'), /-A INPUT -i lo -j ACCEPT/);
  });

  it('reads the legacy kind though it may not list its tables', async () => {
    prepareHost();
    firewall.host.script('iptables-legacy -A INPUT -i lo -j ACCEPT; ip6tables-legacy -L -n >&2');
    firewall.host.script('chmod 400 /proc/net/ip_tables_names /proc/net/ip6_tables_names');
    await assertWorks();
  });

  it('may not load modules', async () => {
    firewall.options = { ...firewall.options, loadBridgeFilter: true };
    firewall.host.script('echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables');
    const run = asService(firewall.host);
    await assert.rejects(run(['/usr/sbin/modprobe', 'no_such_module']));
    const driver = firewall.createDriver(run);
    await driver.apply(await driver.plan(POLICY));
    const { problems } = await driver.verify();
    assert.match(problems.map(({ remedy }) => remedy).join(), /"tsadmin enable" as root/);
  });
});
