import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirewallError, HostError } from '../../../src/core/errors.ts';
import { createPfsenseDriver } from '../../../src/firewall/pfsense/driver.ts';
import { setHash } from '../../../src/protocol/set-hash.ts';
import { describeFirewallDriver, tables } from '../../contract/firewall-driver.ts';
import { createFakePfsense, type FakePfsense } from '../../support/fake-pfsense.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describeFirewallDriver('pfsense', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ts-pfsense-'));
  const pfsense = createFakePfsense(folder);
  return Promise.resolve({
    driver: createPfsenseDriver(pfsense),
    state: () => Promise.resolve(pfsense.state()),
    tamper: (table, lines) => {
      pfsense.pf.tables[`ThreatSTOP_${table}`] = lines.trim().split('\n');
      return Promise.resolve();
    },
    close: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  });
});

describe('the pfSense driver', () => {
  const folder = temporaryFolder();
  let pfsense: FakePfsense;
  let driver: ReturnType<typeof createPfsenseDriver>;
  beforeEach(() => {
    pfsense = createFakePfsense(folder());
    driver = createPfsenseDriver(pfsense);
  });
  const apply = async (block: string, allow = '') =>
    driver.apply(await driver.plan(tables(block, allow)));
  const fileOf = (table: string) => join(pfsense.tables, `ThreatSTOP_${table}.txt`);

  it('leaves one prefix a line for the next load of the ruleset, and no other file', async () => {
    await apply('64.87.3.133 198.51.100.0/24 2001:db8::1');
    assert.equal(
      readFileSync(fileOf('block'), 'utf8'),
      '64.87.3.133\n198.51.100.0/24\n2001:db8::1\n',
    );
    assert.equal(readFileSync(fileOf('allow'), 'utf8'), '# no entries\n');
    assert.deepEqual(readdirSync(pfsense.tables).toSorted(), [
      'ThreatSTOP_allow.txt',
      'ThreatSTOP_block.txt',
    ]);
  });

  it('makes the tables known to pfSense before it fills them', async () => {
    await apply('192.0.2.1');
    assert.deepEqual(pfsense.asked, ['prepare-tables']);
  });

  it('touches no table when somebody else has an alias of our name', async () => {
    const before = pfsense.state();
    pfsense.refuseNext = { message: 'there is an alias ThreatSTOP_block', remedy: 'Rename it.' };
    await assert.rejects(apply('192.0.2.1'), { name: 'FirewallError', remedy: 'Rename it.' });
    assert.equal(pfsense.state(), before);
  });

  it('writes a file again that somebody emptied, though pf still holds the entries', async () => {
    await apply('192.0.2.1');
    writeFileSync(fileOf('block'), '');
    await apply('192.0.2.1');
    assert.equal(readFileSync(fileOf('block'), 'utf8'), '192.0.2.1\n');
  });

  describe('with a limit that is too small', () => {
    it('plans a problem that names the number to set and where', async () => {
      pfsense.pf.tableEntries = 5;
      pfsense.pf.tables['bogonsv6'] = ['2001:db8::/32'];
      const { problems } = await driver.plan(tables('192.0.2.1', '192.0.2.9'));
      assert.deepEqual(problems, [
        {
          code: 'table-too-small',
          severity: 'error',
          message:
            'the policy (2 entries) and the other tables (1) need room for 6 table entries, pf is limited to 5',
          remedy:
            'Set 400000 or more at System > Advanced, Firewall & NAT: Firewall Maximum Table Entries, or run "tsadmin update --raise-limit".',
          raiseTo: 400_000,
        },
      ]);
    });

    it('is raised through pfSense to the number the plan names, and then there is room', async () => {
      pfsense.pf.tableEntries = 5;
      pfsense.pf.requestMaxCount = 2;
      const wanted = tables('192.0.2.1 192.0.2.2 192.0.2.3', '192.0.2.9');
      const [problem] = (await driver.plan(wanted)).problems;
      const change = await driver.raiseTableLimit(problem?.raiseTo ?? 0);
      assert.deepEqual(change, { before: 5, after: 400_000 });
      assert.deepEqual((await driver.plan(wanted)).problems, []);
      assert.deepEqual(pfsense.asked, ['set-table-limit']);
    });

    it('is a failure when pfSense refuses the number, or pf does not get it', async () => {
      pfsense.pf.tableEntries = 5;
      pfsense.refuseNext = { message: 'line 7 does not load', remedy: 'See.' };
      await assert.rejects(driver.raiseTableLimit(10), { name: 'FirewallError', remedy: 'See.' });
      const deaf = createPfsenseDriver({
        ...pfsense,
        ask: () => Promise.resolve({ ok: true, result: { changed: false } }),
      });
      await assert.rejects(deaf.raiseTableLimit(10), /told to allow 10 table entries, pf has 5/);
    });

    it('does not count what our tables hold now', async () => {
      pfsense.pf.tableEntries = 4;
      await apply('192.0.2.1', '192.0.2.9');
      assert.deepEqual((await driver.plan(tables('192.0.2.7', '192.0.2.8'))).problems, []);
    });

    it('names the kernel’s own limit of one request', async () => {
      pfsense.pf.requestMaxCount = 1;
      const { problems } = await driver.plan(tables('192.0.2.1 192.0.2.2'));
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['table-request-too-small'],
      );
      assert.match(problems[0]!.message, /net\.pf\.request_maxcount is 1/);
    });

    it('keeps both tables and both files when pf takes the first table and not the second', async () => {
      await apply('192.0.2.1 192.0.2.2', '192.0.2.9');
      const plan = await driver.plan(tables('192.0.2.3', '192.0.2.7 192.0.2.8 192.0.2.10'));
      const before = pfsense.state();
      pfsense.pf.tableEntries = 3;
      await assert.rejects(driver.apply(plan), (error) => {
        assert.ok(error instanceof FirewallError);
        assert.match(error.message, /ThreatSTOP_allow: pfctl: Cannot allocate memory/);
        assert.match(error.remedy, /Firewall Maximum Table Entries/);
        return true;
      });
      pfsense.pf.tableEntries = 400_000;
      assert.equal(pfsense.state(), before);
    });
  });

  it('keeps tables and files when the disk is full', async () => {
    const disk = mountSmallDisk(folder(), 128);
    try {
      pfsense = createFakePfsense(disk.folder);
      driver = createPfsenseDriver(pfsense);
      await apply('192.0.2.1', '192.0.2.9');
      const before = pfsense.state();
      disk.fill();
      const many = Array.from({ length: 5000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`).join(' ');
      await assert.rejects(apply(many, '192.0.2.8'), HostError);
      assert.equal(pfsense.state(), before);
    } finally {
      disk.unmount();
    }
  });

  describe('reading back', () => {
    it('says which rules of the configuration pf has not loaded', async () => {
      await driver.enable();
      pfsense.pf.rules = pfsense.pf.rules.filter((rule) => !rule.endsWith('102'));
      const { rulesInPlace, problems } = await driver.verify();
      assert.equal(rulesInPlace, false);
      assert.match(problems[0]?.message ?? '', /tracker 1770000102,/);
    });

    it('rules that somebody changed are not in place, and enabling puts them right', async () => {
      await driver.enable();
      pfsense.editRule();
      const { rulesInPlace, problems } = await driver.verify();
      assert.equal(rulesInPlace, false);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['rules-changed'],
      );
      await driver.enable();
      assert.equal((await driver.verify()).rulesInPlace, true);
    });

    it('reports rules as in place that are in no configuration any more', async () => {
      pfsense.pf.rules.push('block drop in quick on em0 all ridentifier 1770000105');
      assert.equal((await driver.verify()).rulesInPlace, true);
    });

    it('tells how full the limit of pf is, and nothing when pf does not name it', async () => {
      await apply('192.0.2.1 192.0.2.9', '198.51.100.1');
      pfsense.pf.tables['bogonsv6'] = ['2001:db8::/32'];
      pfsense.pf.tableEntries = 400_000;
      const { capacity } = await driver.verify();
      assert.deepEqual(capacity, { ours: 3, others: 1, limit: 400_000, needed: 8 });
      const mute = createPfsenseDriver({
        ...pfsense,
        run: async (argv, options) =>
          argv[1] === '-sm' ? { stdout: '', stderr: '', exitCode: 0 } : pfsense.run(argv, options),
      });
      const enforced = await mute.verify();
      assert.equal(enforced.capacity, undefined);
      assert.equal(enforced.tables.block?.entries, 2);
    });

    it('runs three programs for a look at tables it has listed', async () => {
      const many = Array.from({ length: 50_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
      await apply(many.join(' '), many.join(' '));
      await driver.verify();
      pfsense.ran.length = 0;
      await driver.verify({ maxAgeMs: 30_000 });
      const asked = pfsense.ran.map((command) => command.split(' ')[1]);
      assert.deepEqual(asked, ['-vvsTables', '-sr', '-sm']);
    });

    it('asks PHP for the configuration only when config.xml changed', async () => {
      await driver.verify();
      await driver.verify();
      assert.deepEqual(pfsense.asked, ['state']);
      await driver.enable();
      assert.equal((await driver.verify()).rulesInPlace, true);
      assert.deepEqual(pfsense.asked, ['state', 'enable', 'state']);
    });

    it('shows an entry that somebody excluded as a table that cannot be read', async () => {
      await apply('192.0.2.1');
      pfsense.pf.tables['ThreatSTOP_block'] = ['!192.0.2.1'];
      const enforced = await driver.verify();
      assert.equal(enforced.tables.block, null);
      assert.equal(enforced.problems[0]?.code, 'table-unreadable');
    });

    it('lists a large table again when that is too long ago, after an apply, or when its size changed', async () => {
      const many = Array.from({ length: 50_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
      await apply(many.join(' '));
      const listings = async (): Promise<number> => {
        await driver.verify({ maxAgeMs: 30_000 });
        const show = '/sbin/pfctl -t ThreatSTOP_block -T show';
        return pfsense.ran.splice(0).filter((command) => command === show).length;
      };
      pfsense.ran.length = 0;
      assert.equal(await listings(), 1);
      assert.equal(await listings(), 0);
      pfsense.clock.time += 30_001;
      assert.equal(await listings(), 1);
      await apply(['192.0.2.1', ...many.slice(1)].join(' '));
      pfsense.ran.length = 0;
      assert.equal(await listings(), 1);
      pfsense.pf.tables['ThreatSTOP_block']!.push('192.0.2.2');
      assert.equal(await listings(), 1);
    });

    it('reads 50,000 entries back as they were written', async () => {
      const many = Array.from(
        { length: 50_000 },
        (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
      );
      await apply(many.join(' '));
      const { tables: held } = await driver.verify();
      assert.equal(held.block?.hash, setHash(tables(many.join(' ')).block));
    });
  });

  it('gives the reason and the remedy of pfSense when rules do not load', async () => {
    pfsense.refuseNext = { message: 'the firewall did not take the rules: line 7', remedy: 'See.' };
    await assert.rejects(driver.enable(), {
      name: 'FirewallError',
      message: /line 7/,
      remedy: 'See.',
    });
  });

  it('ends the states of added prefixes, in both directions and families, and no other', async () => {
    pfsense.pf.states = [
      'all tcp 203.0.113.2:12345 (192.168.1.10:54321) -> 198.51.100.5:443       ESTABLISHED:ESTABLISHED',
      'all tcp 203.0.113.2:443 <- 198.51.100.9:50000       ESTABLISHED:ESTABLISHED',
      'all udp 2001:db8::1[53] <- 2001:db8:2::5[50000]       MULTIPLE:MULTIPLE',
      'all tcp 203.0.113.2:22 <- 198.18.0.1:50000       ESTABLISHED:ESTABLISHED',
    ];
    const ended = await driver.cutConnections(tables('198.51.100.0/24 2001:db8:2::/48').block);
    assert.equal(ended, 3);
    assert.deepEqual(pfsense.pf.states, [
      'all tcp 203.0.113.2:22 <- 198.18.0.1:50000       ESTABLISHED:ESTABLISHED',
    ]);
  });
});
