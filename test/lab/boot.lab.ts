/** What has to survive on a box: a full disk, a reboot, a restored backup, the other box of a pair. */
import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { LabDevice } from './device.ts';
import { chosenReleases, labSources } from './lab.ts';

const LONG = 90_000;

for (const release of chosenReleases(process.env)) {
  describe(`disk, reboot, restore and pair on pfSense ${release}`, function () {
    this.timeout(240_000);
    const device = new LabDevice(labSources(process.env));
    const { box } = device;

    before(async () => {
      await device.start(release);
      assert.ok((await device.add()).ok);
      await device.done('tsadmin enable');
    });
    after(() => device.stop());
    afterEach(function () {
      assert.equal(box.phpWarnings(), '');
      if (this.currentTest?.state === 'failed') process.stderr.write(box.read('tmp/service.log'));
    });

    it('a full /var keeps the old tables whole, says so, and the next refresh mends it', async () => {
      box.run(FILL_VAR);
      device.serve(4000);
      await device.fails('tsadmin update', /ENOSPC|no space|room/i);
      assert.equal(await device.inTable(), 2);
      assert.ok((await device.ownRules()) > 0);
      device.load();
      assert.equal(await device.inTable(), 2);
      box.run('rm /var/db/aliastables/filler');
      await device.done('tsadmin update');
      assert.equal(await device.inTable(), 4000);
      box.run(FREE_VAR);
    });

    it('a synchronization sends neither rules nor aliases nor settings of ours to a peer', () => {
      const sent = box.run('php -f /lab/synchronize.php');
      assert.match(sent, /^restore_config_section .*"filter":.*"aliases":/m);
      assert.doesNotMatch(sent, /ThreatSTOP|threatstop|tdid_lab|17700001/);
    });

    for (const [service, start] of [
      ['running', 'true'],
      ['down', '/usr/local/etc/rc.d/threatstop.sh stop'],
    ] as const) {
      it(`with the service ${service}, what the first box sends never takes the rules off the second`, async () => {
        box.run(`${start}; rm -f /tmp/rulesets.log`);
        const [sent = ''] = /(?<=^restore_config_section ).*/m.exec(
          box.run('php -f /lab/synchronize.php'),
        ) as RegExpExecArray;
        box.write('lab/sent.json', sent);
        const mine = device.configured();
        box.run('php -f /lab/receive.php');
        box.run('php -f /etc/rc.filter_configure_sync');
        for (const rules of box.read('tmp/rulesets.log').trim().split('\n'))
          assert.ok(Number(rules.split(' ')[1]) >= mine.length, rules);
        assert.equal(await device.ownRules(), mine.length);
        assert.equal(await device.inTable(), 4000);
        await until('config.xml is mended', () => device.configured().length === mine.length);
        assert.deepEqual(device.configured(), mine);
        device.load();
        assert.equal(await device.ownRules(), mine.length);
        assert.equal(await device.inTable(), 4000);
        device.startService();
      });
    }

    it('… nor does a box where they were disabled get them back', async () => {
      await device.done('tsadmin disable');
      box.php(OVERWRITTEN_BY_PEER);
      assert.deepEqual(device.configured(), []);
      device.load();
      assert.equal(await device.ownRules(), 0);
      assert.equal(await device.inTable(), 4000);
      await device.done('tsadmin enable');
    });

    it('a rule of ours that an administrator changes or deletes is put right', async () => {
      for (const edit of [`$rules[0]['type'] = 'pass';`, 'array_splice($rules, 0, 1);']) {
        const before = device.configured();
        box.php(
          `$rules = threatstop_config_list('filter/rule'); ${edit} lab_set(['filter/rule' => $rules]);`,
        );
        device.load();
        await device.fails('tsadmin status', /changed or deleted at Firewall/);
        await until(
          'the rule is right',
          async () => (await box.work('tsadmin status')).said.startsWith('Protected'),
          LONG,
        );
        assert.deepEqual(device.configured(), before);
        assert.doesNotMatch(box.run('pfctl -sr'), /^pass.*ThreatSTOP/m);
      }
    });

    it('after a reboot the first ruleset has the rules and the whole tables, before the service runs', async () => {
      box.reboot();
      device.load();
      assert.ok((await device.ownRules()) > 0);
      assert.equal(await device.inTable(), 4000);
      device.startService();
      assert.match(await device.done('tsadmin status'), /^Protected/);
    });

    it('… with /var in memory too', async () => {
      box.php(`lab_set(['system/use_mfs_tmpvar' => '']);`);
      device.serve(3000);
      await device.done('tsadmin update');
      box.reboot('rm -rf /var/db/aliastables');
      box.run('sh /etc/rc.restore_ramdisk_store');
      device.load();
      assert.ok((await device.ownRules()) > 0);
      assert.equal(await device.inTable(), 3000);
      device.startService();
      assert.match(await device.done('tsadmin status'), /^Protected/);
      box.php(`lab_set(['system/use_mfs_tmpvar' => null]);`);
    });

    it('a backup restored to a box without the package lets it boot; installed later, it finds its settings', async () => {
      const backup = device.config();
      device.remove();
      assert.equal(await device.ownRules(), 0);
      assert.doesNotMatch(device.config(), /ThreatSTOP_(block|allow)/);
      box.reboot('rm -rf /var/db/aliastables /usr/local/var/threatstop');
      box.write('conf/config.xml', backup);
      // Up to 2.7.0 pfSense does not load a ruleset that names a file which is not there; it then makes the file itself.
      box.run('php -f /lab/load.php || /lab/missing-tables');
      device.load();
      assert.ok(Number(box.run('pfctl -sr | wc -l')) > 20);
      device.install();
      await until('the policy is in', async () => (await device.inTable()) === 3000, LONG);
      await until('the rules are in', async () => (await device.ownRules()) > 0, LONG);
      assert.match(await device.done('tsadmin status'), /^Protected/);
    });
  });
}

/** The folder of the tables, on a disk with no room left. */
const FILL_VAR = `cp -a /var/db/aliastables /tmp/tables &&
  mount -t tmpfs -o size=128k tmpfs /var/db/aliastables && cp -a /tmp/tables/. /var/db/aliastables &&
  { dd if=/dev/zero of=/var/db/aliastables/filler bs=1k count=256 2>/dev/null || true; }`;
const FREE_VAR = `cp -a /var/db/aliastables /tmp/kept && umount /var/db/aliastables &&
  cp -a /tmp/kept/. /var/db/aliastables`;

/** What the first box of a pair leaves of rules and aliases on the second: nothing that is "nosync". */
const OVERWRITTEN_BY_PEER = `
  $synced = function ($entry) { return !isset($entry['nosync']); };
  lab_set([
    'aliases/alias' => array_values(array_filter(threatstop_config_list('aliases/alias'), $synced)),
    'filter/rule' => array_values(array_filter(threatstop_config_list('filter/rule'), $synced))
  ]);`;
