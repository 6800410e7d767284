import assert from 'node:assert/strict';
import type { Browser, Dialog, Page, Request } from 'playwright-core';
import { parseTable } from '../../src/core/prefix-text.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  ALLOW_LIST,
  BLOCK_LIST,
  startPolicyServer,
  type PolicyServer,
} from '../support/policy-server.ts';
import { until } from '../support/until.ts';
import { chosenReleases, LabBox, labSources } from './lab.ts';

const PAGE = '/threatstop/index.php';
const sources = labSources(process.env);
const OWN_RULES = 'pfctl -vvsr | grep -cE "17700001[0-9][0-9]" || true';
const BLOCKED = '198.18.0.0/24\n198.51.100.7\n';

for (const release of chosenReleases(process.env)) {
  describe(`the page on pfSense ${release}`, function () {
    this.timeout(180_000);
    const box = new LabBox();
    let browser: Browser;
    let policy: PolicyServer;
    let admin: Page;
    let initial: string;
    /** Exceptions in the scripts of the page. */
    const faults: string[] = [];

    before(async () => {
      browser = await launchBrowser();
      policy = await startPolicyServer();
      serve(BLOCKED);
      await box.start(release, sources);
      initial = box.userParts();
      box.install(sources.txz);
      admin = await box.login(browser, 'admin');
      admin.on('pageerror', (error) => {
        // The dashboard of the lab lacks what its own widgets ask the kernel for.
        if (admin.url().includes(PAGE)) faults.push(error.message);
      });
    });
    after(async () => {
      await browser.close();
      await policy.stop();
      box.stop();
    });
    afterEach(async function () {
      assert.deepEqual(faults.splice(0), []);
      assert.equal(box.phpWarnings(), '');
      if (this.currentTest?.state !== 'failed') return;
      const shown = await admin.locator('body').innerText();
      process.stderr.write(`${admin.url()}\n${shown}\n${box.read('tmp/service.log')}\n`);
    });

    const serve = (block: string) =>
      policy.serve(parseTable(Buffer.from(block)), parseTable(Buffer.from('9.9.9.9\n')));
    const open = (page: Page, path = PAGE) => page.goto(`${box.address}${path}`);
    const heading = (page: Page) => page.locator('#ts-protection-title');
    const says = (page: Page, text: string | RegExp) =>
      heading(page).getByText(text).waitFor({ timeout: 60_000 });
    const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
    /** pfSense moves the focus to the first field when a page has loaded: not before that may one be filled. */
    const follow = (page: Page, name: string | RegExp) =>
      Promise.all([page.waitForEvent('load'), page.getByRole('link', { name }).click()]);
    const policySwitch = (page: Page, on: boolean) =>
      page.getByRole('switch', { name: 'Enforce policy', checked: on });
    const ownRules = () => Number(box.run(OWN_RULES));

    async function enable(page: Page): Promise<void> {
      await policySwitch(page, false).click();
      await policySwitch(page, true).waitFor({ timeout: 60_000 });
      const confirm = button(page, 'Yes, keep it enabled');
      if ((await confirm.count()) > 0) await confirm.click();
      await says(page, 'Protected');
    }

    it('is in the menu, the service in Status > Services, the privileges in the user manager', async () => {
      await open(admin, '/index.php');
      assert.ok((await admin.locator(`a[href="${PAGE}"]`).count()) > 0);
      await open(admin, '/status_services.php');
      const service = admin
        .getByRole('row')
        .filter({ hasText: 'ThreatSTOP policy and log service' });
      assert.match(await service.innerHTML(), /Running|text-success|fa-check-circle/);
      await open(admin, '/system_usermanager_addprivs.php?userid=4');
      for (const kind of ['view', 'edit']) {
        const option = admin.locator('option', { hasText: `Firewall: ThreatSTOP (${kind})` });
        assert.ok((await option.count()) > 0);
      }
    });

    it('starts with nothing set up and nothing enabled', async () => {
      await open(admin);
      await says(admin, 'Not set up');
      assert.equal(ownRules(), 0);
      assert.equal(box.userParts(), initial);
    });

    it('sets the device up: the tables are filled, the rules stay out', async () => {
      await follow(admin, 'Set up this device');
      await follow(admin, /^Manual/);
      await admin.getByLabel('Device ID').fill('tdid_lab');
      await admin.getByLabel('Block lists').fill(BLOCK_LIST);
      await admin.getByLabel('Allow lists').fill(ALLOW_LIST);
      await admin.locator('details summary').click();
      await admin.locator('[name=dns_server]').fill('127.0.0.1');
      await admin.locator('[name=port]').fill(String(policy.port));
      await admin.locator('[name=check_valid_ip]').uncheck();
      await button(admin, 'Set up').click();
      await says(admin, 'Disabled');
      assert.equal(box.run('pfctl -t ThreatSTOP_block -T show').replace(/ +/g, ''), BLOCKED);
      assert.equal(ownRules(), 0);
      await open(admin, '/diag_tables.php?type=ThreatSTOP_block');
      await admin.getByText('198.18.0.0/24').first().waitFor();
    });

    it('enables: our rules are loaded and stand above the user’s, which stay as they are', async () => {
      await open(admin);
      await enable(admin);
      assert.equal(ownRules() > 0, true);
      assert.equal(box.userParts(), initial);
      assert.match(box.run('cat /tmp/rules.debug'), /ThreatSTOP_incoming_wan/);
      await open(admin, '/firewall_rules.php?if=wan');
      await admin.getByText('ThreatSTOP_incoming_wan').first().waitFor();
      await box.picture(admin, release, 'pfsense-rules');
    });

    it('shows itself on the dashboard', async () => {
      await open(admin, '/index.php');
      const widget = admin.locator('[id^="widget-threatstop"]');
      if ((await widget.count()) === 0) box.run('php -f /lab/widget.php');
      await open(admin, '/index.php');
      await widget.first().getByText('Protected').waitFor();
      assert.match(await widget.first().innerText(), /Entries to block\s+2\b[^]*Last refresh/);
    });

    it('a viewer sees everything and can change nothing; a user without the privilege sees nothing', async () => {
      for (const user of ['viewer', 'barred']) {
        const page = await box.login(browser, user);
        await open(page);
        await says(page, 'Protected');
        assert.equal(await page.locator('#ts-page form[method=post]').count(), 0);
        const status = await page.evaluate(POST_DISABLE);
        assert.equal(status, 403);
        await page.context().close();
      }
      const stranger = await box.login(browser, 'nobody1');
      await open(stranger);
      assert.equal(await stranger.locator('#ts-page').count(), 0);
      await stranger.context().close();
      const editor = await box.login(browser, 'editor');
      await open(editor);
      await button(editor, 'Update now').click();
      await editor
        .getByText(/user editor|editor@/)
        .first()
        .waitFor();
      await editor.context().close();
      assert.ok(ownRules() > 0);
    });

    it('neither the space bar nor Enter on a fresh page does anything', async () => {
      const posted: string[] = [];
      const note = (request: Request) => {
        if (request.method() === 'POST' && request.url().includes(PAGE)) posted.push(request.url());
      };
      admin.on('request', note);
      for (const path of ['/', '/policy', '/hits', '/activity', '/device/remove']) {
        await open(admin, `${PAGE}?p=${path}`);
        for (const key of ['Space', 'Enter']) await admin.keyboard.press(key);
        await admin.evaluate('new Promise((done) => requestAnimationFrame(done))');
        assert.deepEqual(posted, [], path);
      }
      admin.off('request', note);
      assert.ok(ownRules() > 0);
    });

    it('an action without the form token is refused', async () => {
      const status = await admin.evaluate(
        `fetch('${PAGE}?p=/protection/disable', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }).then((answer) => answer.status)`,
      );
      assert.equal(status, 403);
      assert.ok(ownRules() > 0);
    });

    it('is readable in the dark theme and the light one', async () => {
      for (const [theme, picture] of [
        ['pfSense-dark.css', 'pfsense-dark'],
        ['pfSense.css', 'pfsense'],
      ] as const) {
        box.setTheme(theme);
        for (const path of ['/settings', '/policy', '/device/remove', '/']) {
          await open(admin, `${PAGE}?p=${path}`);
          await admin.locator('#ts-page').waitFor();
          assert.deepEqual(await box.faintTexts(admin), [], `${theme} ${path}`);
        }
        await says(admin, 'Protected');
        await box.picture(admin, release, picture);
      }
    });

    it('a policy that is too large for pf leaves the old tables in place, and says which number to set', async () => {
      box.setTableLimit(3000);
      serve(manyAddresses(4000));
      await open(admin);
      await button(admin, 'Update now').click();
      await admin
        .locator('#ts-page')
        .getByText(/Firewall Maximum Table Entries/)
        .first()
        .waitFor();
      assert.equal(box.run('pfctl -t ThreatSTOP_block -T show').replace(/ +/g, ''), BLOCKED);
      assert.ok(ownRules() > 0);
    });

    it('tells so with the bell of pfSense, once', async () => {
      const deadline = 90_000;
      await until('the notice', () => /ThreatSTOP: /.test(box.notices()), deadline);
      const [first, ...more] = box.notices().match(/^ThreatSTOP: .*Table Entries.*$/gm) ?? [];
      assert.notEqual(first, undefined);
      assert.deepEqual(more, []);
    });

    it('sets the number when the administrator says so, and then takes the policy', async () => {
      await open(admin);
      await button(admin, 'Set it to 400,000').click();
      await admin
        .getByText(/Raised the limit of table entries from 3000 to 400000/)
        .first()
        .waitFor();
      assert.match(box.read('conf/config.xml'), /<maximumtableentries>400000</);
      assert.match(box.run('pfctl -sm'), /table-entries hard limit +400000/);
      await button(admin, 'Update now').click();
      const inTable = () => box.run('pfctl -t ThreatSTOP_block -T show | wc -l').trim();
      await until('the large policy is in', () => inTable() === '4000', 60_000);
      assert.equal(box.userParts(), initial);
      serve(BLOCKED);
    });

    it('a session that has ended leads to the login page', async () => {
      const page = await box.login(browser, 'editor');
      await open(page);
      await says(page, 'Protected');
      await page.context().clearCookies();
      await page.locator('#usernamefld').waitFor();
      await page.context().close();
    });

    it('an action after the session has ended leads to the login page too', async () => {
      const page = await box.login(browser, 'editor');
      await open(page);
      await says(page, 'Protected');
      await page.context().clearCookies();
      await button(page, 'Update now').click();
      await page.locator('#usernamefld').waitFor();
      await page.context().close();
    });

    it('says that the service is down and how to start it, and disables without it', async () => {
      // Where the page is open it would load itself anew.
      await admin.goto('about:blank');
      box.run('/usr/local/etc/rc.d/threatstop.sh stop');
      await open(admin);
      await admin.getByText('The ThreatSTOP service is not running').waitFor();
      await box.picture(admin, release, 'pfsense-service-down');
      const asked: string[] = [];
      const refuse = (dialog: Dialog) => {
        asked.push(dialog.message());
        void dialog.dismiss();
      };
      admin.on('dialog', refuse);
      // pfSense focuses the first control of a page.
      await admin.locator('button:focus', { hasText: 'Disable' }).waitFor();
      for (const key of ['Space', 'Enter']) {
        await admin.keyboard.press(key);
        await admin.getByText('The ThreatSTOP service is not running').waitFor();
      }
      assert.equal(asked.length, 2);
      assert.match(asked.join(), /what it blocks may pass/);
      assert.ok(ownRules() > 0);
      admin.off('dialog', refuse);
      admin.once('dialog', (dialog) => void dialog.accept());
      await button(admin, 'Disable').click();
      await admin.getByText('the rules are out').waitFor();
      assert.equal(ownRules(), 0);
      box.run('/usr/local/etc/rc.d/threatstop.sh start');
      box.untilServiceAnswers();
      await open(admin);
      await says(admin, 'Disabled');
      await enable(admin);
    });

    it('disables and removes: what was there before is there again', async () => {
      await open(admin);
      await policySwitch(admin, true).click();
      await says(admin, 'Disabled');
      assert.equal(ownRules(), 0);
      await follow(admin, 'Remove…');
      await button(admin, 'Remove').click();
      await says(admin, 'Not set up');
      assert.equal(box.userParts(), initial);
      assert.doesNotMatch(box.run('pfctl -sT'), /ThreatSTOP/);
      assert.doesNotMatch(box.read('conf/config.xml'), /ThreatSTOP_|tdid_lab/);
    });

    it('without the package nothing of it is left but its database, for a new installation', async () => {
      await admin.goto('about:blank');
      box.remove(sources.txz);
      assert.match(box.written('*threatstop*').join(' '), /^usr\/local\/var\/threatstop\/\S+( |$)/);
      const others = box.written('*threatstop*', '*ts-pfsense*', '*tsadmin*', '*ThreatSTOP*');
      assert.deepEqual(
        others.filter((path) => !path.startsWith('usr/local/var/threatstop/')),
        [],
      );
      assert.doesNotMatch(box.read('conf/config.xml'), /<(internal_)?name>threatstop/i);
      assert.equal(box.notices().includes('ThreatSTOP'), false);
      assert.equal(box.run('pgrep -fc "ts-(service|pfsense)" || true').trim(), '0');
      assert.equal(box.userParts(), initial);
    });
  });
}

/** A form as the page sends it, token included. */
const POST_DISABLE = `fetch('${PAGE}?p=/protection/disable', {
  method: 'POST',
  headers: { 'HX-Request': 'true', 'X-Requested-With': 'XMLHttpRequest' },
  body: new URLSearchParams({ [csrfMagicName]: csrfMagicToken }),
}).then((answer) => answer.status)`;

function manyAddresses(count: number): string {
  return Array.from({ length: count }, (_, n) => `198.18.${n >> 8}.${n & 255}\n`).join('');
}
