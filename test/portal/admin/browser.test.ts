import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { Portal } from '../../../src/portal/portal.ts';
import { addFeed } from '../../../src/portal/model/feeds.ts';
import { saveMail } from '../../../src/portal/model/alarms.ts';
import { saveUserList } from '../../../src/portal/model/user-lists.ts';
import { makeAdmin } from '../../support/admin-site.ts';
import { axeFindings } from '../../support/axe.ts';
import { HOSTILE, LONG, tabFaults } from '../../support/browser-page.ts';
import { launchBrowser } from '../../support/browser.ts';
import { startPortal } from '../../support/portal.ts';
import { hear, seedHits } from '../../support/portal-fleet.ts';
import { logIn, openTab, shows, toTab } from '../../support/portal-page.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NARROW = { width: 360, height: 740 };

describe('the admin pages of a portal in a browser', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let browser: Browser;
  let portal: Portal;
  let faults: string[];
  let paths: readonly string[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    faults = [];
    portal = await startPortal(folder());
    await makeAdmin(portal);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await portal.close();
  });

  /** Whatever devices, feeds and people may send. */
  async function seedHostile(): Promise<void> {
    const change = { ...portal, actor: `page:${HOSTILE}` };
    const text = `${HOSTILE} ${LONG}`;
    const { id } = portal.addDevice({
      nickname: 'fw1',
      note: `"><img src=x onerror=alert(1)> ${LONG}`,
    });
    const problems = [{ code: text, severity: 'error', message: text }];
    hear(portal, id, { version: text, platform: text, state: text, problems });
    hear(portal, portal.addDevice({ nickname: 'n'.repeat(60) }).id, { version: text });
    await seedHits(portal, id, 2);
    const hostile = { interface: HOSTILE, action: HOSTILE, protocol: HOSTILE, remote: LONG };
    const known = await portal.hits.find({}, null, 1);
    const hits = known.map((hit) => ({ ...hit, ...hostile, line: 0, port: null }));
    await portal.hits.add({ device: `${HOSTILE}2`, batch: 'b', from: 0, lines: 1, hits });
    saveUserList(change, 'mine', { text: '203.0.113.9', note: '"><img src=x onerror=alert(1)>' });
    addFeed(change, 'news', {
      ...{ url: `https://feeds.example/${encodeURI(HOSTILE)}?${LONG}'&x="`, intervalS: 0 },
      licence: '"><img src=x onerror=alert(1)>',
    });
    saveMail(change, 'ops', {
      ...{ server: 'smtp://mail.example.net', from: 'a@example.net' },
      to: [`b@${'x'.repeat(60)}.example.net`],
    });
    const since = portal.clock.now();
    for (const subject of ['ops', 'news', text]) {
      portal.store.problems.open({
        ...{ code: 'feed-failed', subject, severity: 'error', message: text, remedy: text, since },
      });
    }
    paths = [
      ...['/', '/fleet', `/fleet?q=${encodeURIComponent(HOSTILE)}`, '/reports', '/reports?days=1'],
      ...[`/reports?address=${encodeURIComponent(HOSTILE)}`, '/alarms', '/alarms/ops'],
      ...[
        '/alarms/add-webhook',
        '/devices',
        '/devices/add',
        `/devices/${id}`,
        '/access',
        '/policies',
      ],
      ...[
        '/policies/basic',
        '/policies/basic/preview',
        '/feeds',
        '/feeds/news',
        '/lists',
        '/lists/mine',
      ],
      ...['/servers', '/keys/add', '/audit', '/account'],
    ];
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`show hostile text as text, without a finding, at 360 px, ${colorScheme}`, async () => {
      await seedHostile();
      const tab = await openTab(browser, portal.addresses.adminUrl, faults, {
        ...{ colorScheme, viewport: NARROW },
      });
      assert.deepEqual(await axeFindings(tab), [], 'login');
      await logIn(tab);
      // The dark theme has other colours, not other elements.
      for (const path of colorScheme === 'light' ? paths : paths.slice(0, 8)) {
        await tab.goto(portal.addresses.adminUrl + path);
        if (path === '/policies/basic') await shows(tab, 'Does it fit?');
        assert.equal(await tab.locator('img').count(), 0, path);
        assert.deepEqual(await axeFindings(tab), [], path);
        const width = await tab.evaluate<number>('document.documentElement.scrollWidth');
        assert.ok(width <= NARROW.width, `${path}: ${width}`);
      }
      assert.deepEqual(faults, []);
    });
  }

  for (const viewport of [{ width: 1280, height: 900 }, NARROW]) {
    it(`are gone through by Tab, in order, with the focus in sight, at ${viewport.width} px`, async () => {
      const { id } = portal.addDevice({ nickname: 'fw1' });
      hear(portal, id);
      const tab = await openTab(browser, portal.addresses.adminUrl, faults, { viewport });
      await logIn(tab);
      const seen = ['/', '/fleet', '/reports', '/alarms', '/alarms/add-mail', '/policies/basic'];
      for (const path of [...seen, '/devices', '/lists/add']) {
        await tab.goto(portal.addresses.adminUrl + path);
        if (path === '/policies/basic') await shows(tab, 'Does it fit?');
        assert.deepEqual(await tabFaults(tab), [], path);
      }
    });
  }

  async function makeAll(tab: Page): Promise<void> {
    await toTab(tab, 'Lists');
    await tab.getByRole('link', { name: 'Add a list' }).click();
    await tab.getByLabel('Name').fill('ours');
    await tab.getByLabel('or a file').setInputFiles({
      ...{ name: 'list.txt', mimeType: 'text/plain' },
      buffer: Buffer.from('203.0.113.7\n203.0.113.8\n'),
    });
    await tab.getByRole('button', { name: 'Add list' }).click();
    await shows(tab, 'The list ours has 2 entries.');

    await toTab(tab, 'Policies');
    await tab.getByRole('link', { name: 'basic' }).click();
    await tab.getByRole('group', { name: 'Block' }).locator('[value=ours]').check();
    await tab.getByRole('button', { name: 'Preview' }).click();
    await shows(tab, /block \+2 −0/);
    await tab.getByRole('button', { name: 'Save and publish' }).click();
    await shows(tab, /ublished with serial/);

    await toTab(tab, 'Devices');
    await tab.getByRole('link', { name: 'Add a device' }).click();
    await tab.getByLabel('Nickname').fill('fw1');
    await tab.getByRole('button', { name: 'Add device' }).click();
    await shows(tab, 'The key is shown only now.');
    await tab.getByRole('link', { name: 'I have it' }).click();

    await toTab(tab, 'Alarms');
    await tab.getByRole('link', { name: 'Add mail' }).click();
    await tab.getByLabel('Name').fill('ops');
    await tab.getByLabel('Mail server').fill('smtp://127.0.0.1:1');
    await tab.locator('[name=from]').fill('portal@example.net');
    await tab.locator('[name=to]').fill('ops@example.net');
    await tab.getByLabel('Password').fill('pw-secret');
    await tab.getByRole('button', { name: 'Save' }).click();
    await shows(tab, 'Alarms are sent to ops.');
    await tab.getByRole('button', { name: 'Test' }).click();
    await shows(tab, /The mail server did not take it/);
    await tab.getByRole('link', { name: 'ops', exact: true }).click();
    await shows(tab, 'There is one; it is never shown.');
    assert.ok(!(await tab.content()).includes('pw-secret'));
  }

  async function showAll(tab: Page): Promise<void> {
    const [device] = portal.devices();
    await seedHits(portal, device?.id ?? '', 1);
    await toTab(tab, 'Reports');
    await tab.getByLabel('The last').selectOption('1');
    await tab.getByLabel('Direction').selectOption('out');
    await tab.getByRole('button', { name: 'Show' }).click();
    await tab
      .getByRole('link', { name: /^10\.0\.0\./ })
      .first()
      .click();
    assert.match(tab.url(), /address=10\.0\.0\./);
    await tab.getByText('Show as a table').click();
    await tab.getByRole('columnheader', { name: 'Out, blocked' }).waitFor();
    await toTab(tab, 'Fleet');
    await tab.getByRole('link', { name: 'never heard' }).click();
    await tab.getByRole('link', { name: 'fw1' }).click();
    await tab.getByRole('link', { name: 'Retire…' }).click();
    await tab.getByRole('button', { name: 'Retire it' }).click();
    await shows(tab, /is retired\./);
    await tab.getByRole('button', { name: 'Log out' }).click();
    await shows(tab, 'You are logged out.');
  }

  for (const javaScriptEnabled of [true, false]) {
    it(`do everything ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const url = portal.addresses.adminUrl;
      const tab = await openTab(browser, url, faults, { javaScriptEnabled });
      await logIn(tab);
      await makeAll(tab);
      await showAll(tab);
      const actions = portal.store.audit.latest(50).map(({ action }) => action);
      const wanted = [
        'list add',
        'policy edit',
        'policy publish',
        'device add',
        'alarm set',
        'device retire',
        'logout',
      ];
      assert.deepEqual(
        wanted.filter((one) => !actions.includes(one)),
        [],
      );
      assert.ok(!JSON.stringify(portal.store.audit.latest(50)).includes('pw-secret'));
      assert.deepEqual(faults, []);
    });
  }

  it('says which of 10,000 lines of a file cannot be used', async () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `198.18.${at >> 8}.${at & 255}`);
    lines[0] = '';
    lines[7_312] = '<img src=x onerror=alert(1)>';
    const tab = await openTab(browser, portal.addresses.adminUrl, faults);
    await logIn(tab);
    await tab.goto(`${portal.addresses.adminUrl}/lists/add`);
    await tab.getByLabel('Name').fill('ours');
    const file = {
      name: 'list.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(lines.join('\r\n')),
    };
    await tab.getByLabel('or a file').setInputFiles(file);
    await tab.getByRole('button', { name: 'Add list' }).click();
    await shows(tab, '1 line of the list cannot be used.');
    await shows(tab, /^line 7313: .*<img src=x onerror=alert\(1\)>/);
    assert.equal(await tab.locator('img').count(), 0);
    assert.equal(portal.store.sources.get('ours'), null);
    lines[7_312] = '198.51.100.1';
    await tab
      .getByLabel('or a file')
      .setInputFiles({ ...file, buffer: Buffer.from(lines.join('\r\n')) });
    await tab.getByRole('button', { name: 'Add list' }).click();
    await shows(tab, 'The list ours has 9,999 entries.');
    assert.deepEqual(faults, []);
  });
});
