/** What goes wrong while somebody enables: other people's aliases and rules, two at once, killed changes. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { LabDevice } from './device.ts';
import { chosenReleases, labSources, type LabBox } from './lab.ts';

const PAGE = '/threatstop/index.php';
const LONG = 90_000;

for (const release of chosenReleases(process.env)) {
  describe(`faults on pfSense ${release}`, function () {
    this.timeout(240_000);
    const device = new LabDevice(labSources(process.env));
    const { box } = device;
    let browser: Browser;

    before(async () => {
      browser = await launchBrowser();
      await device.start(release);
    });
    after(async () => {
      await browser.close();
      await device.stop();
    });
    afterEach(function () {
      assert.equal(box.phpWarnings(), '');
      if (this.currentTest?.state !== 'failed') return;
      process.stderr.write(`${box.read('tmp/service.log')}\n`);
    });

    async function open(user = 'admin'): Promise<Page> {
      const page = await box.login(browser, user);
      await page.goto(`${box.address}${PAGE}`);
      return page;
    }
    const says = (page: Page, text: string | RegExp) =>
      page.locator('#ts-protection-title').getByText(text).waitFor({ timeout: 60_000 });

    it('an alias of our name that somebody made is refused, and stays theirs', async () => {
      box.php(
        `$theirs = ['name' => 'ThreatSTOP_block', 'type' => 'host', 'address' => '203.0.113.9', 'descr' => 'mine', 'detail' => 'x'];
         lab_set(['aliases/alias' => [$theirs]]);`,
      );
      const refused = /there is an alias ThreatSTOP_block that ThreatSTOP has not made/;
      assert.match((await device.add()).said, refused);
      assert.match(device.config(), /<address>203\.0\.113\.9</);
      assert.equal(await device.ownRules(), 0);
      box.php(`lab_set(['aliases' => null]);`);
      assert.ok((await device.add()).ok);
      assert.equal(await device.inTable(), 2);
    });

    it('a box without any rule: ours go in, come out, and it has none again', async () => {
      box.php(`lab_set(['filter/rule' => null]);`);
      await device.done('tsadmin enable');
      assert.ok((await device.ownRules()) > 0);
      await device.done('tsadmin disable');
      assert.equal(await device.ownRules(), 0);
      assert.deepEqual(device.configured(), []);
      assert.doesNotMatch(device.config(), /<filter>[^]*<rule>[^]*<\/filter>/);
      device.load();
    });

    it('2,000 rules and the bars between them are the same afterwards, and every bar keeps its rule', async () => {
      box.php(MANY_RULES);
      const [before, bars] = [filterSection(box), box.php(BELOW_BARS)];
      await device.done('tsadmin enable');
      const [with2000, moved] = [filterSection(box), box.php(BELOW_BARS)];
      assert.notEqual(with2000, before);
      assert.equal(moved, bars);
      const { rules } = JSON.parse(box.userParts()) as { rules: readonly unknown[] };
      assert.equal(rules.length, 2000);
      await device.done('tsadmin disable');
      assert.equal(filterSection(box), before);
      box.php(
        `lab_set(['filter/rule' => array_slice(threatstop_config_list('filter/rule'), 0, 4)]);`,
      );
    });

    it('a ruleset that does not load for another reason: enabling is undone and the reason shown', async () => {
      const before = device.config();
      breakRuleset(box);
      const broken = device.config();
      await device.fails('tsadmin enable', /table Huge/);
      assert.equal(device.config(), broken);
      assert.equal(await device.ownRules(), 0);
      const page = await open();
      await page.getByRole('switch', { name: 'Enforce policy' }).click();
      await page.locator('#ts-page').getByText(/Huge/).first().waitFor({ timeout: LONG });
      await page.context().close();
      assert.equal(device.config(), broken);
      mendRuleset(box);
      assert.equal(stripRevision(device.config()), stripRevision(before));
    });

    it('… and disabling takes the rules out all the same', async () => {
      await device.done('tsadmin enable');
      breakRuleset(box);
      assert.match((await box.work('tsadmin disable')).said, /disabled/);
      assert.equal(await device.ownRules(), 0);
      assert.deepEqual(device.configured(), []);
      mendRuleset(box);
    });

    it('without pfctl nothing is changed, and status and page say so', async () => {
      const before = device.config();
      box.run('mv /sbin/pfctl /sbin/pfctl.away');
      await device.fails('tsadmin enable', /pfctl/);
      assert.match((await box.work('tsadmin status')).said, /pfctl/);
      const page = await open();
      await page.locator('#ts-page').getByText(/pfctl/).first().waitFor();
      await page.context().close();
      box.run('mv /sbin/pfctl.away /sbin/pfctl');
      assert.equal(device.config(), before);
    });

    it('two administrators who click at once get one set of rules', async () => {
      const pages = [await open('admin'), await open('editor')];
      await Promise.all(pages.map((page) => page.evaluate(POST_ENABLE)));
      await until('the rules are in', async () => (await device.ownRules()) > 0, LONG);
      await device.done('tsadmin enable');
      const mine = device.configured();
      assert.equal(new Set(mine).size, mine.length);
      assert.equal(await device.ownRules(), mine.length);
      for (const page of pages) {
        await page.goto(`${box.address}${PAGE}`);
        await says(page, /Protected|Enabled|still here/);
        await page.context().close();
      }
      await device.done('tsadmin confirm || tsadmin enable');
      await device.done('tsadmin disable');
    });

    for (const [moment, file] of [
      ['before the ruleset loads', 'kill-before'],
      ['between ruleset and configuration', 'kill-after'],
    ] as const) {
      it(`a change killed ${moment} leaves the configuration whole, and no rules that nobody asked for`, async () => {
        const before = device.config();
        box.run(`rm -f /tmp/killed; printf '%s' '-f /tmp/rules.debug' > /tmp/${file}`);
        await device.fails('tsadmin enable', /command\.php|killed|signal|pfSense/i);
        box.run('test -e /tmp/killed');
        assert.equal(device.config(), before);
        await until(
          'pf and configuration agree',
          async () => (await device.ownRules()) === 0,
          LONG,
        );
        await device.done('tsadmin enable');
        assert.ok((await device.ownRules()) > 0);
        await device.done('tsadmin disable');
      });
    }

    it('PHP started again in the middle of enabling: the rules are in, the page is back', async () => {
      const page = await open();
      box.run('rm -f /tmp/pfctl.log');
      await page.getByRole('switch', { name: 'Enforce policy' }).click();
      await box.work('until grep -q rules.debug /tmp/pfctl.log; do sleep 0.02; done');
      box.restartPhp();
      await until('the rules are in', async () => (await device.ownRules()) > 0, LONG);
      const again = await open();
      await says(again, /Protected|Enabled|still here/);
      await page.context().close();
      await again.context().close();
      await device.done('tsadmin confirm || tsadmin enable');
    });
  });
}

/** What the switch sends, without waiting for what another administrator's does to this page. */
const POST_ENABLE = `fetch('${PAGE}?p=/protection/enable', {
  method: 'POST',
  headers: { 'HX-Request': 'true', 'X-Requested-With': 'XMLHttpRequest' },
  body: new URLSearchParams({ [csrfMagicName]: csrfMagicToken }),
}).then((answer) => answer.status)`;

/** 2,000 rules on three tabs, and bars between them. */
const MANY_RULES = `
  $rules = [];
  for ($n = 0; $n < 2000; $n++) {
    $rule = ['tracker' => (string)(1500000000 + $n), 'type' => 'pass', 'interface' => $n % 2 ? 'wan' : 'lan', 'ipprotocol' => 'inet',
      'source' => ['address' => '203.0.113.' . ($n % 250 + 1)], 'destination' => ['any' => ''], 'descr' => "rule {$n} & <more>"];
    if ($n % 50 === 0) {
      $rule += ['floating' => 'yes', 'direction' => 'in', 'quick' => 'yes'];
    }
    $rules[] = $rule;
  }
  $bar = function ($row, $if) { return ['row' => ["fr{$row}"], 'text' => "bar {$row}", 'color' => 'bg-info', 'if' => $if]; };
  lab_set(['filter/rule' => $rules, 'filter/separator' => [
    'wan' => ['sep0' => $bar(0, 'wan'), 'sep1' => $bar(500, 'wan'), 'sep2' => $bar(1000, 'wan')],
    'lan' => ['sep0' => $bar(3, 'lan')],
    'floatingrules' => ['sep0' => $bar(1, 'floatingrules')]
  ]]);`;

/** The tracker of the user's rule below each bar; the first bars of a tab stand above ours or below. */
const BELOW_BARS = `
  $below = [];
  foreach (threatstop_config_get('filter/separator') as $tab => $bars) {
    $rules = threatstop_tab_rules(threatstop_config_list('filter/rule'), $tab);
    foreach ($bars as $key => $bar) {
      $rest = array_filter(array_slice($rules, (int)substr($bar['row'][0], 2)), 'threatstop_is_not_our_rule');
      $below["{$tab} {$key}"] = reset($rest)['tracker'] ?? 'end';
    }
  }
  echo json_encode($below);`;

/** A table of somebody else that is too large for pf, in use. */
function breakRuleset(box: LabBox): void {
  box.php(`
    $lines = '';
    for ($n = 0; $n < 500000; $n++) { $lines .= long2ip(ip2long('100.64.0.0') + $n) . "\\n"; }
    file_put_contents('/var/db/aliastables/Huge.txt', $lines);
    $aliases = threatstop_config_list('aliases/alias');
    $aliases[] = ['name' => 'Huge', 'type' => 'urltable', 'url' => 'https://lists.example.com/huge', 'updatefreq' => '7', 'address' => 'https://lists.example.com/huge', 'descr' => 'huge', 'detail' => ''];
    $rules = threatstop_config_list('filter/rule');
    $rules[] = ['tracker' => '1600000001', 'type' => 'block', 'interface' => 'wan', 'ipprotocol' => 'inet', 'source' => ['address' => 'Huge'], 'destination' => ['any' => ''], 'descr' => 'huge'];
    lab_set(['aliases/alias' => $aliases, 'filter/rule' => $rules]);`);
}

function mendRuleset(box: LabBox): void {
  box.php(`
    $others = function ($entry) { return ($entry['descr'] ?? '') !== 'huge'; };
    lab_set([
      'aliases/alias' => array_values(array_filter(threatstop_config_list('aliases/alias'), $others)),
      'filter/rule' => array_values(array_filter(threatstop_config_list('filter/rule'), $others))
    ]);
    unlink('/var/db/aliastables/Huge.txt');`);
  box.run('php -f /lab/load.php');
}

function filterSection(box: LabBox): string {
  return box.php(
    `echo json_encode([threatstop_config_get('filter'), threatstop_config_get('aliases')]);`,
  );
}

/** Time and author of the last change. */
function stripRevision(text: string): string {
  return text.replace(/<revision>[^]*?<\/revision>/g, '');
}
