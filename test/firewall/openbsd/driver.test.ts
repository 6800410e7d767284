import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FirewallError } from '../../../src/core/errors.ts';
import { createOpenbsdDriver } from '../../../src/firewall/openbsd/driver.ts';
import { describeFirewallDriver, tables } from '../../contract/firewall-driver.ts';
import { createFakeOpenbsd, PF_CONF, type FakeOpenbsd } from '../../support/fake-openbsd.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describeFirewallDriver('openbsd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ts-openbsd-'));
  const openbsd = createFakeOpenbsd(folder);
  const names = { block: 'ThreatSTOP-Block', allow: 'ThreatSTOP-Allow' };
  return Promise.resolve({
    driver: createOpenbsdDriver(openbsd),
    state: () => Promise.resolve(openbsd.state()),
    tamper: (table, lines) => {
      openbsd.pf.tables[names[table]] = lines.trim().split('\n');
      return Promise.resolve();
    },
    close: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  });
});

/** What the document has the administrator write. */
const DOCUMENTED = (block: string, allow: string): string => `\
table <ThreatSTOP-Block> persist file "${block}"
table <ThreatSTOP-Allow> persist file "${allow}"
pass in quick from <ThreatSTOP-Allow>
pass out quick to <ThreatSTOP-Allow>
block drop in log quick from <ThreatSTOP-Block>
block drop out log quick to <ThreatSTOP-Block>
`;

describe('the OpenBSD driver', () => {
  const folder = temporaryFolder();
  let openbsd: FakeOpenbsd;
  let driver: ReturnType<typeof createOpenbsdDriver>;
  beforeEach(() => {
    openbsd = createFakeOpenbsd(folder());
    driver = createOpenbsdDriver(openbsd);
  });
  const apply = async (block: string, allow = '') =>
    driver.apply(await driver.plan(tables(block, allow)));
  const conf = (): string => readFileSync(openbsd.rules, 'utf8');
  const backup = (): string => `${openbsd.rules}.pre-threatstop`;
  const load = (text: string): void => {
    writeFileSync(openbsd.rules, text);
  };
  const documented = () => DOCUMENTED(openbsd.options.files.block, openbsd.options.files.allow);

  it('writes the documented files and fills the documented tables from them', async () => {
    await apply('64.87.3.133 198.51.100.0/24 2001:db8::1');
    const { block, allow } = openbsd.options.files;
    assert.equal(readFileSync(block, 'utf8'), '64.87.3.133\n198.51.100.0/24\n2001:db8::1\n');
    assert.equal(readFileSync(allow, 'utf8'), '# no entries\n');
    assert.deepEqual(openbsd.pf.tables['ThreatSTOP-Block'], [
      '64.87.3.133',
      '198.51.100.0/24',
      '2001:db8::1',
    ]);
    assert.equal(readdirSync(dirname(block)).length, 2);
  });

  it('takes the names of tables and files from the settings', async () => {
    const files = { block: join(folder(), 'b.txt'), allow: join(folder(), 'a.txt') };
    openbsd.options = { ...openbsd.options, names: { block: 'bad', allow: 'good' }, files };
    await apply('198.51.100.1', '203.0.113.1');
    await driver.enable();
    assert.deepEqual(openbsd.pf.tables, { bad: ['198.51.100.1'], good: ['203.0.113.1'] });
    assert.ok(conf().includes(`table <bad> persist file "${files.block}"\n`));
    assert.equal((await driver.verify()).rulesInPlace, true);
  });

  describe('its rules', () => {
    it('are the documented ones, before those of the administrator, who keeps the text of before', async () => {
      await apply('198.51.100.1');
      await driver.enable();
      const lines = conf().split('\n');
      assert.match(lines[0] ?? '', /^# ThreatSTOP begin/);
      assert.deepEqual(lines.slice(1, 7), documented().trimEnd().split('\n'));
      assert.ok(conf().endsWith(`# ThreatSTOP end\n${PF_CONF}`));
      assert.equal(readFileSync(backup(), 'utf8'), PF_CONF);
      assert.deepEqual(openbsd.pf.rules.slice(0, 4), [
        'pass in quick from <ThreatSTOP-Allow> to any flags S/SA',
        'pass out quick from any to <ThreatSTOP-Allow> flags S/SA',
        'block drop in log quick from <ThreatSTOP-Block> to any',
        'block drop out log quick from any to <ThreatSTOP-Block>',
      ]);
      assert.equal(statSync(openbsd.rules).mode & 0o777, 0o600);
    });

    it('pass nothing where allow_action is not to', async () => {
      openbsd.options = { ...openbsd.options, pass: false };
      await apply('198.51.100.1');
      await driver.enable();
      assert.ok(!conf().includes('pass in quick'));
      openbsd.options = { ...openbsd.options, pass: true };
      await driver.enable();
      assert.ok(conf().includes('pass in quick from <ThreatSTOP-Allow>'));
    });

    it('leave pf.conf as it is when pf.conf itself does not load, and give the line', async () => {
      await apply('198.51.100.1');
      load(`${PF_CONF}blok all\n`);
      const before = openbsd.state();
      await assert.rejects(driver.enable(), (error) => {
        assert.ok(error instanceof FirewallError);
        assert.match(
          error.message,
          /^checking \S+\/pf\.conf with our rules: \S+\/pf\.conf:\d+: syntax error$/,
        );
        return true;
      });
      assert.equal(openbsd.state(), before);
    });

    it('are taken back when pf has no room to load them', async () => {
      await apply('198.51.100.1 198.51.100.2 198.51.100.3');
      openbsd.pf.tableEntries = 5;
      const before = openbsd.state();
      await assert.rejects(
        driver.enable(),
        /cannot define table ThreatSTOP-Block: Cannot allocate memory/,
      );
      assert.equal(conf(), PF_CONF);
      rmSync(backup());
      assert.equal(openbsd.state(), before);
    });

    it('are not put in without the files that they name: pf would load no rule at the next boot', async () => {
      await assert.rejects(driver.enable(), /there is nothing to enforce/);
      assert.equal(conf(), PF_CONF);
    });

    it('are loaded again after a kill -9 between the file and pf', async () => {
      await apply('198.51.100.1');
      await driver.enable();
      openbsd.pf.rules = ['pass all flags S/SA'];
      assert.equal((await driver.verify()).rulesInPlace, false);
      await driver.enable();
      assert.equal((await driver.verify()).rulesInPlace, true);
    });

    it('go out with not a byte of the administrator changed, whatever was written meanwhile', async () => {
      await apply('198.51.100.1');
      await driver.enable();
      load(`${conf()}pass in on em1\n`);
      await driver.disable();
      assert.equal(conf(), `${PF_CONF}pass in on em1\n`);
      assert.equal((await driver.verify()).rulesInPlace, false);
    });

    it('do not touch a file that somebody changes just then', async () => {
      await apply('198.51.100.1');
      const run: FakeOpenbsd['run'] = (argv, options) => {
        if (argv[1] === '-nf') load(`${PF_CONF}# mine\n`);
        return openbsd.run(argv, options);
      };
      const hasty = createOpenbsdDriver({ ...openbsd, run });
      await assert.rejects(hasty.enable(), /was changed by somebody else just now/);
      assert.equal(conf(), `${PF_CONF}# mine\n`);
    });
  });

  describe('with rules of the administrator, as in the document', () => {
    beforeEach(async () => {
      await apply('198.51.100.1');
      load(PF_CONF + documented());
    });

    it('loads those and adds none', async () => {
      await driver.enable();
      assert.equal(conf(), PF_CONF + documented());
      assert.equal((await driver.verify()).rulesInPlace, true);
      assert.equal(existsSync(backup()), false);
    });

    it('says that it cannot take them out', async () => {
      await driver.enable();
      await assert.rejects(driver.disable(), (error) => {
        assert.ok(error instanceof FirewallError);
        assert.match(error.message, /rules of your own in \S+ block <ThreatSTOP-Block>/);
        assert.match(error.remedy, /pfctl -f/);
        return true;
      });
    });

    it('leaves them a pf.conf that loads, and tables that block nothing, when it is removed', async () => {
      await driver.enable();
      await driver.remove();
      assert.equal(conf(), PF_CONF + documented());
      assert.deepEqual(openbsd.pf.tables['ThreatSTOP-Block'], []);
      const { exitCode } = await openbsd.run(['/sbin/pfctl', '-f', openbsd.rules]);
      assert.equal(exitCode, 0);
    });

    it('keeps the files that an included file names, emptied', async () => {
      load(`${PF_CONF}include "${folder()}/more.conf"\n`);
      writeFileSync(join(folder(), 'more.conf'), documented());
      await driver.enable();
      await driver.remove();
      assert.equal(readFileSync(openbsd.options.files.block, 'utf8'), '# no entries\n');
    });

    it('does not define a table twice', async () => {
      load(documented().split('\n').slice(0, 2).join('\n') + `\n${PF_CONF}`);
      await driver.enable();
      assert.equal(conf().match(/^table /gm)?.length, 2);
      assert.equal((await driver.verify()).rulesInPlace, true);
    });

    it('counts neither a rule in a comment nor a rule for one direction', async () => {
      load(`${PF_CONF}# block drop in log quick from <ThreatSTOP-Block>\n`);
      await openbsd.run(['/sbin/pfctl', '-f', openbsd.rules]);
      assert.equal((await driver.verify()).rulesInPlace, false);
      load(`${PF_CONF}block drop in log quick from <ThreatSTOP-Block>\n`);
      await openbsd.run(['/sbin/pfctl', '-f', openbsd.rules]);
      assert.equal((await driver.verify()).rulesInPlace, false);
      load(
        `${PF_CONF}block drop log quick from any to <ThreatSTOP-Block>\nblock drop log from <ThreatSTOP-Block>\n`,
      );
      await openbsd.run(['/sbin/pfctl', '-f', openbsd.rules]);
      assert.equal((await driver.verify()).rulesInPlace, true);
    });
  });

  describe('the limit of table entries', () => {
    it('that is too small is a problem that names the number and the place', async () => {
      openbsd.pf.tableEntries = 5;
      openbsd.pf.tables['bruteforce'] = ['203.0.113.1'];
      const { problems } = await driver.plan(tables('198.51.100.1', '198.51.100.9'));
      assert.equal(problems[0]?.code, 'table-too-small');
      assert.equal(
        problems[0].remedy,
        `Set 400000 or more at "set limit table-entries" in ${openbsd.rules}, or run "tsadmin update --raise-limit".`,
      );
    });

    it('is raised in the first line of pf.conf, stays when rules come and go, and goes with us', async () => {
      assert.deepEqual(await driver.raiseTableLimit(400_000), { before: 200_000, after: 400_000 });
      await apply('198.51.100.1');
      await driver.enable();
      const [first, second] = conf().split('\n');
      assert.equal(first, 'set limit table-entries 400000 # ThreatSTOP');
      assert.match(second ?? '', /^# ThreatSTOP begin/);
      await driver.disable();
      assert.equal(conf(), `set limit table-entries 400000 # ThreatSTOP\n${PF_CONF}`);
      await driver.remove();
      assert.equal(conf(), PF_CONF);
    });

    it('of the administrator, which comes later, wins: the change is taken back', async () => {
      load(`${PF_CONF}set limit table-entries 250000\n`);
      const before = conf();
      await assert.rejects(driver.raiseTableLimit(400_000), /a limit of its own .* pf has 250000/);
      assert.equal(conf(), before);
    });
  });

  it('says when pf is not enabled: nothing is in place then', async () => {
    await apply('198.51.100.1');
    await driver.enable();
    openbsd.pf.enabled = false;
    const { rulesInPlace, problems } = await driver.verify();
    assert.equal(rulesInPlace, false);
    assert.equal(problems[0]?.code, 'pf-disabled');
  });

  describe('with RELOAD_PF=NO', () => {
    beforeEach(() => {
      openbsd.options = { ...openbsd.options, reload: false };
    });

    it('writes the files, leaves pf alone and says that pf holds something else', async () => {
      await apply('198.51.100.1');
      assert.deepEqual(openbsd.pf.tables, {});
      const enforced = await driver.verify();
      assert.equal(enforced.tables.block?.entries, 1);
      assert.deepEqual(
        enforced.problems.map(({ code, severity }) => [code, severity]),
        [['pf-not-reloaded', 'error']],
      );
    });

    it('has nothing to say once the administrator loaded pf.conf', async () => {
      await apply('198.51.100.1', '203.0.113.1');
      await driver.enable();
      assert.deepEqual((await driver.verify()).problems, []);
      const plan = await driver.plan(tables('198.51.100.1', '203.0.113.1'));
      assert.ok(plan.changes.every(({ added, removed }) => added + removed === 0));
    });
  });

  it('ends the states of added prefixes and no other', async () => {
    openbsd.pf.states = [
      'all tcp 203.0.113.2:443 <- 198.51.100.9:50000       ESTABLISHED:ESTABLISHED',
      'all tcp 203.0.113.2:22 <- 198.18.0.1:50000       ESTABLISHED:ESTABLISHED',
    ];
    assert.equal(await driver.cutConnections(tables('198.51.100.0/24').block), 1);
    assert.equal(openbsd.pf.states.length, 1);
  });
});
