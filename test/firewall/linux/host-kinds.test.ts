/** Hosts that lack a part of what others have, and how much a look at one costs. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirewallDriver } from '../../../src/core/ports.ts';
import { createLinuxDriver } from '../../../src/firewall/linux/driver.ts';
import type { RunCommand } from '../../../src/system/run-command.ts';
import { tables } from '../../contract/firewall-driver.ts';
import { LinuxFirewall } from '../../support/linux-firewall.ts';
import { TestClock } from '../../support/test-clock.ts';

const POLICY = tables('192.0.2.1 198.51.100.0/24 2001:db8::/32', '203.0.113.5');

describe('a Linux host', function () {
  this.timeout(60_000);
  let firewall: LinuxFirewall;
  beforeEach(() => {
    firewall = new LinuxFirewall();
  });
  afterEach(() => firewall.remove());

  async function protect(driver: FirewallDriver): Promise<void> {
    await driver.apply(await driver.plan(POLICY));
    await driver.enable();
  }

  /** Programs whose names begin so fail as they do where the kernel has no such tables. */
  function lacking(name: RegExp, said: string): RunCommand {
    return (argv, options) => {
      const fails = name.test(argv[0]) && !argv.includes('--version');
      return firewall.host.run(fails ? ['sh', '-c', `echo '${said}' >&2; exit 3`] : argv, options);
    };
  }

  describe('with IPv6 switched off in the kernel', () => {
    const said = "can't initialize ip6tables table `filter: Address family not supported";
    let ipv6 = '';
    let driver: FirewallDriver;
    beforeEach(() => {
      ipv6 = join(firewall.folder, 'if_inet6');
      driver = createLinuxDriver({
        ...firewall.ports,
        run: (argv, options) =>
          argv[0].startsWith('ip6tables')
            ? lacking(/^ip6tables/, said)(argv, options)
            : firewall.host.run(argv, options),
        places: { ...firewall.places, ipv6 },
      });
    });

    it('protects IPv4, says that IPv6 is off, and that is no error', async () => {
      const untouched = firewall.state();
      await protect(driver);
      const { rulesInPlace, problems } = await driver.verify();
      assert.equal(rulesInPlace, true);
      assert.deepEqual(
        problems.map(({ code, severity }) => [code, severity]),
        [['ipv6-off', 'warning']],
      );
      assert.match(firewall.host.do('iptables-save'), /^-A FORWARD -j ThreatSTOP$/m);
      const backup = join(firewall.places.backups, 'pre-threatstop_ip6tables');
      assert.equal(readFileSync(backup, 'utf8'), '');
      await driver.remove();
      assert.equal(firewall.state(), untouched);
    });

    it('gets the rules of IPv6 when it is switched on', async () => {
      await protect(driver);
      writeFileSync(ipv6, '');
      const whole = createLinuxDriver({
        ...firewall.ports,
        places: { ...firewall.places, ipv6 },
      });
      assert.equal((await whole.verify()).rulesInPlace, false);
      await whole.enable();
      assert.match(firewall.host.do('ip6tables-save'), /^-A FORWARD -j ThreatSTOP$/m);
      assert.deepEqual((await whole.verify()).problems, []);
    });

    it('is an error where IPv6 is on and ip6tables fails', async () => {
      writeFileSync(ipv6, '');
      await assert.rejects(protect(driver), /Address family not supported/);
    });
  });

  it('with a kernel that has no legacy tables is protected by the others', async () => {
    const said = 'iptables-save v1.8.9 (legacy): Cannot initialize: Table does not exist';
    const denied = 'cannot open: Permission denied';
    for (const run of [
      lacking(/legacy/, said),
      // As a service that is not root sees it: it may not list the tables, nor load one.
      ((argv, options) => {
        const isList = argv[0].includes('legacy') && argv.length === 1;
        return lacking(/legacy/, isList ? denied : said)(argv, options);
      }) as RunCommand,
    ]) {
      const driver = firewall.createDriver(run);
      await protect(driver);
      const { rulesInPlace, problems } = await driver.verify();
      assert.deepEqual([rulesInPlace, problems], [true, []]);
      await driver.remove();
    }
  });

  it('is looked at with six commands, and is asked for its programs once a minute', async () => {
    const clock = new TestClock();
    let asked: string[] = [];
    const driver = createLinuxDriver({
      ...firewall.ports,
      clock,
      run: (argv, options) => {
        asked.push(argv.join(' '));
        return firewall.host.run(argv, options);
      },
    });
    await protect(driver);
    await driver.verify({ maxAgeMs: Infinity });
    asked = [];
    await driver.verify({ maxAgeMs: Infinity });
    const look = asked.filter((command) => !command.startsWith('ipset save'));
    // Sets and rules are asked for at the same time.
    assert.deepEqual(look.toSorted(), [
      'ip6tables-legacy-save',
      'ip6tables-save',
      'ipset list -terse',
      'iptables --version',
      'iptables-legacy-save',
      'iptables-save',
    ]);
    asked = [];
    clock.time += 60_000;
    await driver.verify();
    assert.ok(asked.includes('conntrack --version'));
  });
});
