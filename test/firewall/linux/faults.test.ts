/** What goes wrong on a Linux host, on a real kernel. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FirewallError, HostError, SettingsError } from '../../../src/core/errors.ts';
import type { FirewallDriver, PolicyTables } from '../../../src/core/ports.ts';
import { createLinuxDriver } from '../../../src/firewall/linux/driver.ts';
import { setHash } from '../../../src/protocol/set-hash.ts';
import type { CommandOptions, RunCommand } from '../../../src/system/run-command.ts';
import { tables } from '../../contract/firewall-driver.ts';
import { DEFAULT_OPTIONS, LinuxFirewall, withoutNoise } from '../../support/linux-firewall.ts';
import { NetworkHost } from '../../support/network.ts';
import { table } from '../../support/prefixes.ts';

const OLD = tables('192.0.2.1 198.51.100.0/24 2001:db8::/32', '203.0.113.5');
const NEW = tables('192.0.2.2 203.0.113.0/25 2001:db8:1::1', '203.0.113.6 2001:db8:2::/48');

async function apply(driver: FirewallDriver, wanted: PolicyTables): Promise<void> {
  await driver.apply(await driver.plan(wanted));
}

async function assertHolds(driver: FirewallDriver, wanted: PolicyTables): Promise<void> {
  const { tables: held } = await driver.verify();
  assert.equal(held.block?.hash, setHash(wanted.block));
  assert.equal(held.allow?.hash, setHash(wanted.allow));
}

async function codes(driver: FirewallDriver): Promise<readonly string[]> {
  return (await driver.verify()).problems.map(({ code }) => code);
}

/** Runs commands until `count` of them were run; then the process is gone. */
function dyingAfter(count: number, run: RunCommand): RunCommand {
  let done = 0;
  return (argv, options) => {
    done += 1;
    if (done > count) return Promise.reject(new Error('killed'));
    return run(argv, options);
  };
}

function textOf(options: CommandOptions | undefined): string {
  return Buffer.from(options?.input as Uint8Array).toString('latin1');
}

describe('a Linux firewall', function () {
  this.timeout(60_000);
  let firewall: LinuxFirewall;
  let host: NetworkHost;
  beforeEach(() => {
    firewall = new LinuxFirewall();
    ({ host } = firewall);
  });
  afterEach(() => firewall.remove());

  /** A host on which a program is not installed. */
  function without(program: string): FirewallDriver {
    return firewall.createDriver((argv, options) => {
      return host.run(argv[0] === program ? [`${program}-not-installed`] : argv, options);
    });
  }

  /** Does the work with a driver that is killed after 0, 1, 2 … commands, until it comes to its end. */
  async function killedAnywhere(
    work: (driver: FirewallDriver, round: number) => Promise<void>,
    check: (round: number) => Promise<void>,
    on = firewall,
  ): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      try {
        await work(on.createDriver(dyingAfter(round, on.run)), round);
        assert.ok(round > 5);
        return;
      } catch (error) {
        assert.match(String(error), /killed/);
      }
      await check(round);
    }
    assert.fail('the work takes more commands than it should');
  }

  it('is whole again after a kill between any two commands of an update', async () => {
    const wanted = (round: number) => (round % 2 === 0 ? NEW : OLD);
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    await killedAnywhere(
      (driver, round) => apply(driver, wanted(round)),
      async (round) => {
        await apply(firewall.createDriver(), wanted(round));
        await assertHolds(firewall.driver, wanted(round));
        assert.ok(!host.do('ipset', 'list', '-name').includes('new'));
      },
    );
    assert.equal((await firewall.driver.verify()).rulesInPlace, true);
  });

  /** The walk of `enable`, as it is made beside that of `remove`: commands of two hosts wait little for each other. */
  async function enabledAnywhere(): Promise<void> {
    const untouched = firewall.state();
    await apply(firewall.driver, OLD);
    await killedAnywhere(
      (driver) => driver.enable(),
      async () => {
        await firewall.createDriver().enable();
        assert.equal((await firewall.driver.verify()).rulesInPlace, true);
        await firewall.driver.disable();
      },
    );
    assert.equal((await firewall.driver.verify()).rulesInPlace, true);
    await firewall.driver.remove();
    assert.equal(firewall.state(), untouched);
  }

  async function removedAnywhere(other: LinuxFirewall): Promise<void> {
    const untouched = other.state();
    const setUp = async (): Promise<void> => {
      await apply(other.driver, OLD);
      await other.driver.enable();
    };
    await setUp();
    await killedAnywhere(
      (driver) => driver.remove(),
      async () => {
        await other.createDriver().remove();
        assert.equal(other.state(), untouched);
        await setUp();
      },
      other,
    );
    assert.equal(other.state(), untouched);
  }

  it('is enabled or removed after a kill between any two commands of either', async () => {
    const other = new LinuxFirewall();
    try {
      await Promise.all([enabledAnywhere(), removedAnywhere(other)]);
    } finally {
      other.remove();
    }
  }).timeout(180_000);

  it('keeps its sets whatever line ipset is killed at, and removes what is left', async () => {
    const untouched = firewall.state();
    await apply(firewall.driver, OLD);
    let lines = 0;
    for (let kept = 0; kept <= lines; kept += 3) {
      let dead = false;
      const killed = firewall.createDriver(async (argv, options) => {
        if (dead) throw new Error('killed');
        if (!argv.includes('restore')) return host.run(argv, options);
        const all = textOf(options).split(/(?<=\n)/);
        lines = all.length;
        dead = true;
        await host.run(argv, { ...options, input: all.slice(0, kept).join('') });
        throw new Error('killed');
      });
      await assert.rejects(apply(killed, NEW), /killed/);
      await apply(firewall.createDriver(), OLD);
      await assertHolds(firewall.driver, OLD);
    }
    assert.ok(lines > 15);
    await firewall.driver.remove();
    assert.equal(firewall.state(), untouched);
  });

  it('has its old sets when the new ones cannot be loaded', async () => {
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    let broken = false;
    const driver = firewall.createDriver((argv, options) => {
      if (argv.at(-1) !== 'restore' || broken) return host.run(argv, options);
      broken = true;
      const text = textOf(options);
      return host.run(argv, { ...options, input: text.replace('swap', 'swamp') });
    });
    await assert.rejects(apply(driver, NEW), HostError);
    assert.equal(broken, true);
    await assertHolds(driver, OLD);
    assert.ok(!host.do('ipset', 'list', '-name').includes('new'));
  });

  for (const program of ['ipset', 'iptables']) {
    it(`says that ${program} is missing`, async () => {
      const driver = without(program);
      const plan = await driver.plan(OLD);
      assert.deepEqual(
        plan.problems.map(({ code, severity }) => [code, severity]),
        [[`${program}-missing`, 'error']],
      );
      await assert.rejects(driver.apply(plan), FirewallError);
      assert.deepEqual(await codes(driver), [`${program}-missing`]);
    });
  }

  it('warns when conntrack is missing, and protects all the same', async () => {
    const driver = without('conntrack');
    await apply(driver, OLD);
    await driver.enable();
    const { rulesInPlace, problems } = await driver.verify();
    assert.equal(rulesInPlace, true);
    assert.deepEqual(
      problems.map(({ code, severity }) => [code, severity]),
      [['conntrack-missing', 'warning']],
    );
    assert.equal(await driver.cutConnections(OLD.block), 0);
  });

  it('says that it has no rights', async () => {
    const driver = firewall.createDriver((argv, options) =>
      host.run(['setpriv', '--reuid=65534', '--clear-groups', ...argv], options),
    );
    const plan = await driver.plan(OLD);
    assert.equal(plan.problems.find(({ severity }) => severity === 'error')?.code, 'no-rights');
    await assert.rejects(driver.apply(plan), /Operation not permitted/);
  });

  it('says how long the prefix of the set names can be, and takes the longest', async () => {
    firewall.options = { ...DEFAULT_OPTIONS, prefix: 'twenty-two-characters_' };
    const plan = await firewall.driver.plan(OLD);
    assert.match(plan.problems[0]?.message ?? '', /22 characters.*would be 32 long/);
    assert.match(plan.problems[0]?.remedy ?? '', /at most 21 characters/);
    await assert.rejects(firewall.driver.apply({ ...plan, problems: [] }), FirewallError);
    firewall.options = { ...DEFAULT_OPTIONS, prefix: 'twenty-one-characters' };
    await apply(firewall.driver, OLD);
    await apply(firewall.driver, NEW);
    await firewall.driver.enable();
    await assertHolds(firewall.driver, NEW);
  });

  it('gives ipset and iptables nothing that was not checked', async () => {
    const asked: string[] = [];
    const driver = firewall.createDriver((argv, options) => {
      asked.push(argv.join(' '));
      return host.run(argv, options);
    });
    const plan = await driver.plan(OLD);
    const { v4, v6 } = OLD.block;
    const damaged = [
      { ...v4, lengths: Uint8Array.from(v4.lengths, () => 33) },
      { ...v4, lengths: Uint8Array.from(v4.lengths, () => 8) },
      { ...v4, words: v4.words.toReversed() },
      { ...v4, size: v4.size + 1 },
    ];
    for (const list of damaged) {
      const wanted = { ...OLD, block: { v4: list, v6 } };
      await assert.rejects(driver.apply({ ...plan, wanted }), /the IPv4 table .* is damaged/);
      await assert.rejects(driver.plan(wanted), /the IPv4 table .* is damaged/);
    }
    for (const bad of [
      { prefix: 'TS\nflush' },
      { prefix: '' },
      { logOptions: '--log-uid -j ACCEPT' },
      { logOptions: '--log-prefix mine' },
      { allowAction: 'ACCEPT -m comment' },
    ]) {
      firewall.options = { ...DEFAULT_OPTIONS, ...bad };
      assert.equal((await driver.plan(OLD)).problems[0]?.severity, 'error', JSON.stringify(bad));
    }
    assert.deepEqual(
      asked.filter((command) => command.includes('restore')),
      [],
    );
  });

  it('makes room when a set is full', async () => {
    await apply(firewall.driver, OLD);
    host.script(
      'ipset create small hash:ip maxelem 1; ipset swap small TSblockaddr; ipset destroy small',
    );
    await apply(firewall.createDriver(), tables('192.0.2.1 192.0.2.2 192.0.2.3'));
    await assertHolds(firewall.driver, tables('192.0.2.1 192.0.2.2 192.0.2.3'));
  });

  it('says that the memory is too small', async () => {
    const memory = join(firewall.folder, 'meminfo');
    writeFileSync(memory, 'MemTotal: 1000 kB\nMemAvailable:       0 kB\n');
    const driver = createLinuxDriver({
      ...firewall.ports,
      places: { ...firewall.places, memory },
    });
    assert.equal((await driver.plan(OLD)).problems.at(-1)?.code, 'memory-too-small');
  });

  it('holds everything, of both IP versions, with and without the halves', async () => {
    for (const list of [
      '0.0.0.0/0 ::/0',
      '0.0.0.0/0 128.0.0.0/1 ::/0 ::/1',
      '0.0.0.0/1 128.0.0.0/1',
    ]) {
      const wanted = tables(`${list} 0.0.0.0 192.0.2.0/24`);
      await apply(firewall.driver, wanted);
      await assertHolds(firewall.driver, wanted);
      host.do('ipset', 'test', 'TSblocknet', '255.1.2.3');
    }
  });

  it('finds a set of somebody else that has our name, and leaves it alone', async () => {
    host.do('ipset', 'create', 'TSblockaddr', 'hash:ip', 'timeout', '300');
    const plan = await firewall.driver.plan(OLD);
    assert.equal(plan.problems.at(-1)?.code, 'set-of-others');
    await assert.rejects(firewall.driver.apply(plan), FirewallError);
    await firewall.driver.remove();
    assert.match(host.do('ipset', 'list', '-name'), /TSblockaddr/);
  });

  it('tells of an entry that it did not make, and replaces the set', async () => {
    await apply(firewall.driver, OLD);
    host.do('ipset', 'add', 'TSblocknet', '10.0.0.0/8', 'nomatch');
    assert.deepEqual(await codes(firewall.driver), ['set-damaged']);
    await apply(firewall.driver, OLD);
    await assertHolds(firewall.driver, OLD);
    assert.deepEqual(await codes(firewall.driver), []);
  });

  it('tells of a rule of somebody else in our chain, and takes it out', async () => {
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    const before = firewall.state();
    for (const change of [
      'iptables -I ThreatSTOP -s 192.0.2.1 -j ACCEPT',
      'ip6tables -F ThreatSTOP',
      'iptables -D INPUT -j ThreatSTOP',
      'ip6tables -F; ip6tables -X',
      'iptables -I ThreatSTOP 1 -m set --match-set TSblockaddr src -j DROP; iptables -D ThreatSTOP 9',
    ]) {
      host.script(change);
      const { rulesInPlace, problems } = await firewall.driver.verify();
      assert.equal(rulesInPlace, false, change);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['rules-changed'],
        change,
      );
      await firewall.driver.enable();
      assert.equal(firewall.state(), before, change);
    }
  });

  it('leaves all rules of others as they were', async () => {
    host.script(`
      ipset create theirs hash:ip; ipset add theirs 192.0.2.9
      iptables -P FORWARD DROP; iptables -N f2b-sshd; iptables -A INPUT -p tcp --dport 22 -j f2b-sshd
      iptables -A f2b-sshd -j RETURN; iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
      ip6tables -A INPUT -m set ! --match-set theirs6 src -j ACCEPT 2>/dev/null || ip6tables -A INPUT -j ACCEPT
    `);
    const before = firewall.state();
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    host.script('iptables -A f2b-sshd -j ThreatSTOP');
    await firewall.driver.disable();
    await firewall.driver.enable();
    await firewall.driver.remove();
    assert.equal(firewall.state(), before);
  });

  it('keeps its rules where the others are, nf_tables or legacy', async () => {
    host.script(
      'iptables-legacy -A INPUT -p tcp --dport 22 -j ACCEPT; ip6tables-legacy -P FORWARD DROP',
    );
    const before = firewall.state();
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    assert.equal(withoutNoise(host.do('iptables-save')), '');
    assert.match(host.do('ip6tables-legacy-save'), /-A FORWARD -j ThreatSTOP/);
    assert.equal((await firewall.driver.verify()).rulesInPlace, true);
    await firewall.driver.remove();
    assert.equal(firewall.state(), before);
  });

  it('follows the others from one back-end to the other, and says when they use both', async () => {
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    host.do('iptables-legacy', '-A', 'INPUT', '-j', 'ACCEPT');
    const { rulesInPlace, problems } = await firewall.driver.verify();
    assert.equal(rulesInPlace, false);
    assert.match(
      problems.at(-1)?.message ?? '',
      /ours belong in legacy, and some are in nf_tables/,
    );
    await firewall.driver.enable();
    assert.doesNotMatch(host.do('iptables-save'), /ThreatSTOP/);
    assert.deepEqual(await codes(firewall.driver), []);
    host.do('iptables', '-A', 'INPUT', '-j', 'ACCEPT');
    assert.deepEqual(await codes(firewall.driver), ['iptables-mixed']);
  });

  it('gives log rules the extra options in the direction that is set, and changes them', async () => {
    await apply(firewall.driver, OLD);
    for (const [logDirection, expected] of [
      ['in', 2],
      ['out', 2],
      ['both', 4],
    ] as const) {
      const logOptions = '--log-uid --log-level info --log-tcp-sequence --log-macdecode';
      firewall.options = { ...DEFAULT_OPTIONS, logDirection, logOptions };
      assert.equal((await firewall.driver.verify()).rulesInPlace, false);
      await firewall.driver.enable();
      assert.equal((await firewall.driver.verify()).rulesInPlace, true);
      const rules = host
        .do('iptables-save')
        .split('\n')
        .filter((rule) => rule.includes('--log-uid'));
      assert.equal(rules.length, expected);
      assert.ok(
        logDirection === 'both' ||
          rules.every((rule) => rule.includes(logDirection === 'in' ? ' src ' : ' dst ')),
      );
    }
  });

  it('needs the sets before the rules', async () => {
    await assert.rejects(firewall.driver.enable(), /nothing to enforce.*TSblocknet/);
  });

  it('is disabled and removed without its settings', async () => {
    const untouched = firewall.state();
    firewall.options = { ...DEFAULT_OPTIONS, prefix: 'mine' };
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    const driver = createLinuxDriver({
      ...firewall.ports,
      readOptions: () => Promise.reject(new SettingsError('the settings are damaged')),
    });
    const { rulesInPlace, tables: held } = await driver.verify();
    assert.deepEqual([rulesInPlace, held.block?.hash], [true, setHash(OLD.block)]);
    await driver.disable();
    assert.doesNotMatch(host.do('iptables-save'), /ThreatSTOP/);
    await driver.remove();
    assert.equal(firewall.state(), untouched);
  });

  it('is removed by what its chain names when all files are lost', async () => {
    const untouched = firewall.state();
    firewall.options = { ...DEFAULT_OPTIONS, prefix: 'mine' };
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    rmSync(firewall.places.marks);
    firewall.options = DEFAULT_OPTIONS;
    await firewall.createDriver().remove();
    // Without the file nobody knows that the tables of the rules were not there before.
    const left = firewall.state().replaceAll(/\*filter\n(:\w+ ACCEPT\n)+COMMIT/g, '');
    assert.equal(left.trim(), untouched.trim());
  });

  it('gets new sets and rules when the prefix changes, and drops the old ones', async () => {
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    firewall.options = { ...DEFAULT_OPTIONS, prefix: 'mine' };
    assert.equal((await firewall.driver.verify()).tables.block, null);
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    assert.doesNotMatch(firewall.state(), / TS(block|allow)/);
    assert.equal((await firewall.driver.verify()).rulesInPlace, true);
  });

  it('says which set cannot be removed because somebody else uses it', async () => {
    await apply(firewall.driver, OLD);
    host.do(
      'iptables',
      '-A',
      'INPUT',
      '-m',
      'set',
      '--match-set',
      'TSblockaddr',
      'src',
      '-j',
      'DROP',
    );
    await assert.rejects(firewall.driver.remove(), /cannot remove TSblockaddr/);
  });

  it('is backed up once, before the first change', async () => {
    host.do('iptables', '-A', 'INPUT', '-p', 'tcp', '-j', 'ACCEPT');
    host.do('ipset', 'create', 'theirs', 'hash:ip');
    const [rules, sets] = [host.do('iptables-save'), host.do('ipset', 'save')];
    await apply(firewall.driver, OLD);
    await apply(firewall.driver, NEW);
    await firewall.driver.enable();
    const backup = (name: string) =>
      readFileSync(join(firewall.places.backups, `pre-threatstop_${name}`), 'utf8');
    assert.equal(withoutNoise(backup('iptables')), withoutNoise(rules));
    assert.equal(backup('ipset'), sets);
    assert.equal(backup('ip6tables'), '');
  });

  it('loads the bridge filter when that is set, at boot too, and tells when it is off', async () => {
    firewall.options = { ...DEFAULT_OPTIONS, loadBridgeFilter: true };
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    const { modules, sysctls } = firewall.places.bridge;
    assert.match(readFileSync(modules, 'utf8'), /^br_netfilter$/m);
    assert.match(readFileSync(sysctls, 'utf8'), /^net.bridge.bridge-nf-filter-vlan-tagged = 1$/m);
    const tagged = () => host.script('cat /proc/sys/net/bridge/bridge-nf-filter-*-tagged');
    assert.equal(tagged(), '1\n1\n');
    assert.deepEqual(await codes(firewall.driver), []);
    host.script('echo 0 >/proc/sys/net/bridge/bridge-nf-call-ip6tables');
    assert.deepEqual(await codes(firewall.driver), ['bridge-not-filtered']);
    const asked: string[] = [];
    const driver = firewall.createDriver((argv, options) => {
      asked.push(argv[0]);
      return argv[0] === 'cat' ? host.run(['cat', '/no/such/file']) : host.run(argv, options);
    });
    await driver.enable();
    assert.ok(asked.includes('modprobe'));
    assert.deepEqual(await codes(driver), ['bridge-not-filtered']);
    await firewall.driver.remove();
    assert.deepEqual([modules, sysctls].filter(existsSync), []);
    assert.equal(tagged(), '0\n0\n');
  });

  it('leaves values of the bridge that were set by somebody else', async () => {
    firewall.options = { ...DEFAULT_OPTIONS, loadBridgeFilter: true };
    const tagged = '/proc/sys/net/bridge/bridge-nf-filter-*-tagged';
    host.script(`for file in ${tagged}; do echo 1 >$file; done`);
    await apply(firewall.driver, OLD);
    await firewall.driver.enable();
    assert.ok(!existsSync(firewall.places.bridge.sysctls));
    await firewall.driver.remove();
    assert.equal(host.script(`cat ${tagged}`), '1\n1\n');
  });

  describe('with large sets', () => {
    const words = Uint32Array.from({ length: 1_000_000 }, (_, i) => 0x0b00_0000 + i * 64);
    const million = (first: number) => policyOf(words.subarray(first));
    const many = (first: number) => policyOf(words.subarray(first, 100_000));
    const policyOf = (addresses: Uint32Array): PolicyTables => ({
      block: {
        v4: {
          family: 4 as const,
          size: addresses.length,
          words: addresses,
          lengths: new Uint8Array(addresses.length).fill(32),
        },
        v6: table().v6,
      },
      allow: table('192.0.2.0/24'),
    });

    /** Loads it as the agent does: kept on disk, put in place, read back. */
    async function load(driver: FirewallDriver, wanted: PolicyTables): Promise<void> {
      for (const one of [wanted.block, wanted.allow]) {
        await firewall.policies.save(one, setHash(one));
      }
      await apply(driver, wanted);
      const { tables: held } = await driver.verify({ maxAgeMs: Infinity });
      assert.equal(held.block?.hash, setHash(wanted.block));
    }

    /** One more driver, and how often it read the entries of the large set. */
    function watched(): { driver: FirewallDriver; readings: () => number } {
      let readings = 0;
      const driver = firewall.createDriver((argv, options) => {
        if (argv.join(' ') === 'ipset save TSblockaddr') readings += 1;
        return host.run(argv, options);
      });
      return { driver, readings: () => readings };
    }

    it('changes a few of a million without reading the others, in another process too', async () => {
      const first = watched();
      await load(first.driver, million(0));
      assert.equal(first.readings(), 1);
      const { driver, readings } = watched();
      const plan = await driver.plan(million(10));
      assert.deepEqual([plan.changes[0]?.added, plan.changes[0]?.removed], [0, 10]);
      await load(driver, million(10));
      assert.equal(readings(), 0);
      await assertHolds(driver, million(10));
      assert.equal(readings(), 1);
    });

    it('reads again when that is too long ago, and when somebody changed a set', async () => {
      await load(firewall.driver, many(0));
      const hashNow = async (maxAgeMs: number) => {
        const { driver, readings } = watched();
        const { hash } = (await driver.verify({ maxAgeMs })).tables.block ?? {};
        return [readings(), hash === setHash(many(0).block)];
      };
      assert.deepEqual(await hashNow(Infinity), [0, true]);
      assert.deepEqual(await hashNow(-1), [1, true]);
      host.script('ipset del TSblockaddr 11.0.0.0');
      assert.deepEqual(await hashNow(Infinity), [1, false]);
      await load(watched().driver, many(0));
      host.script('ipset add TSblockaddr 9.9.9.9; ipset del TSblockaddr 11.0.0.0');
      assert.deepEqual(await hashNow(-1), [1, false]);
    });

    it('reads again after a change that was broken off, or without the policy on disk', async () => {
      await load(firewall.driver, many(0));
      let isDead = false;
      const dying = firewall.createDriver((argv, options) => {
        isDead ||= argv.includes('restore') && argv[0] === 'ipset';
        return isDead ? Promise.reject(new Error('killed')) : host.run(argv, options);
      });
      await assert.rejects(apply(dying, many(10)), /killed/);
      const { driver, readings } = watched();
      await driver.verify({ maxAgeMs: Infinity });
      assert.equal(readings(), 1);
      await firewall.policies.clear();
      await driver.plan(many(10));
      assert.equal(readings(), 2);
    });
  });
});
