/** What an administrator does on the page, against the built service over a real database. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { seededPolicy, startSeededService, type SeededService } from '../support/seeded-service.ts';
import { tsadmin } from '../support/programs.ts';

/** `make soak` asks for a million. */
const HITS = Number(process.env['JOURNEY_HITS'] ?? 20_000);
const NARROW_DARK = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;

/** How a person works: what the browser is, and how a control is used. */
const WAYS: readonly (readonly [
  name: string,
  options: BrowserContextOptions,
  use: (control: Locator) => Promise<void>,
])[] = [
  ['with JavaScript', {}, (control) => control.click()],
  ['without JavaScript', { javaScriptEnabled: false }, (control) => control.click()],
  ['by keyboard, dark, at 360 px', NARROW_DARK, (control) => control.press('Enter')],
];

describe('the page of the service over a real database', function () {
  this.timeout(60_000);
  const root = mkdtempSync(join(tmpdir(), 'ts-journeys-'));
  let browser: Browser;
  let service: SeededService;
  let faults: string[] = [];

  before(async function () {
    // 20,000 hits are there in a second, a million in a minute.
    this.timeout(300_000);
    [browser, service] = await Promise.all([
      launchBrowser(),
      startSeededService(root, HITS, { hostile: true }),
    ]);
  });
  after(async () => {
    await browser.close();
    await service.stop();
    rmSync(root, { recursive: true });
  });
  beforeEach(() => {
    faults = [];
  });
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function open(path: string, options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options);
    const tab = await context.newPage();
    tab.on('pageerror', (error) => faults.push(error.message));
    tab.on('console', (line) => {
      if (line.type() === 'error') faults.push(line.text());
    });
    await tab.goto(await service.link());
    if (path !== '/') await tab.goto(service.origin + path);
    return tab;
  }

  for (const [way, options, use] of WAYS) {
    it(`leads from an inside host that called out to why, allows for an hour and revokes, ${way}`, async () => {
      const tab = await open('/', options);
      const tops = tab.locator('.ts-tops > div').first();
      await use(tops.getByRole('link').first());
      await tab.waitForURL(/\/hits\?.*direction=out/);
      const inside = new URL(tab.url()).searchParams.get('address') ?? '';
      const sources = await tab.locator('.ts-hits .ts-from').allTextContents();
      assert.equal(sources.length, 25);
      assert.ok(sources.every((source) => source.startsWith(`${inside}:`)));
      await use(tab.getByRole('link', { name: 'Why?' }).first());
      const detail = tab.locator('.ts-hit');
      const address = await detail.locator('.ts-verdict-line strong').textContent();
      await detail.getByText(/blocked by (198\.1[89]\.\d+\.0\/24|2001:db8::\/64)/).waitFor();
      await detail.getByText(/basic\.threatstop\.local/).waitFor();
      await use(detail.getByRole('button', { name: `Allow ${address} for 1 hour` }));
      await tab.getByText(`${address} is allowed here until`).first().waitFor();
      const exemptions = tab.locator('#ts-exemptions');
      await exemptions.getByText('The portal is not told').waitFor();
      assert.match((await tsadmin(root, 'lookup', address ?? '')).stdout, /neither blocked/);
      const other = await tab.context().newPage();
      await other.goto(`${service.origin}/lookup?address=${address}`);
      await other.locator('dt', { hasText: 'Allowed here' }).waitFor();
      await other.close();
      await use(exemptions.getByRole('button', { name: `Revoke ${address}` }));
      await exemptions.getByText('Open a hit to allow or block its address').waitFor();
      assert.match((await tsadmin(root, 'lookup', address ?? '')).stdout, /is blocked by/);
      assert.deepEqual(faults, []);
    });

    it(`finds hits by a filter, page by page, and shows hostile text as text, ${way}`, async () => {
      const tab = await open('/hits', options);
      assert.equal(await tab.locator('img').count(), 0);
      await tab.getByText('onerror=alert(1)').first().waitFor();
      await tab.getByLabel('Direction').selectOption('out');
      await tab.getByLabel('Port', { exact: true }).fill('445');
      await use(tab.getByRole('button', { name: 'Filter' }));
      await tab.waitForURL(/port=445/);
      const seen = new Set<string>();
      for (const page of [1, 2]) {
        const ends = await tab.locator('.ts-hits .ts-to').allTextContents();
        assert.ok(ends.length > 0 && ends.every((end) => end.endsWith(':445')));
        const rows = await tab.evaluate<string[]>(
          `[...document.querySelectorAll('.ts-hits tbody a')].map((link) => link.href)`,
        );
        assert.ok(rows.every((row) => !seen.has(row)));
        for (const row of rows) seen.add(row);
        if (page === 1) await use(tab.getByRole('link', { name: 'Older' }));
        if (page === 1) await tab.waitForURL(/after=/);
      }
      assert.deepEqual(faults, []);
    });

    it(`looks up an address, a prefix and a host name, ${way}`, async () => {
      const tab = await open('/lookup', options);
      const lookUp = async (text: string, expected: RegExp): Promise<void> => {
        await tab.getByLabel('Address, prefix or host name').fill(text);
        await use(tab.getByRole('button', { name: 'Look up' }));
        await tab.locator('.ts-verdict').getByText(expected).first().waitFor();
      };
      await lookUp('198.18.5.9', /198\.18\.5\.9 blocked by 198\.18\.5\.0\/24/);
      await lookUp('198.18.0.0/15', /198\.18\.0\.0\/15 partly blocked/);
      await lookUp('localhost', /Resolves now to .*(127\.0\.0\.1|::1)/);
      await lookUp('<b>', /<b>/);
    });

    it(`says what would change, updates, and finds what was added, ${way}`, async () => {
      const added = `203.0.113.${WAYS.findIndex(([name]) => name === way) + 1}`;
      const tab = await open('/policy', options);
      service.policies.serve(seededPolicy(added));
      await use(tab.getByRole('button', { name: 'Show what would change' }));
      await tab
        .getByText(/Would|would/)
        .first()
        .waitFor();
      await use(tab.getByRole('button', { name: 'Update now' }));
      await tab
        .getByText(/New policy: block 515/)
        .first()
        .waitFor();
      if (new URL(tab.url()).pathname !== '/policy') await tab.goto(`${service.origin}/policy`);
      await tab.goto(`${service.origin}/policy`);
      await tab.getByLabel(/Find an address/).fill('203.0');
      await use(tab.getByRole('button', { name: 'Show', exact: true }));
      await tab.locator('.ts-entries', { hasText: added }).waitFor();
      assert.equal(await tab.locator('.ts-entries li').count(), 1);
    });

    it(`says what is wrong with a setting, and saves what is right, ${way}`, async () => {
      const tab = await open('/settings', options);
      const nickname = tab.locator('#ts-set-nickname');
      await nickname.fill('a b');
      if (options.javaScriptEnabled !== false)
        await tab.locator('.has-error #ts-set-nickname').waitFor();
      await use(tab.getByRole('button', { name: 'Save settings' }));
      await tab.getByText('Nothing was saved: some settings need attention').waitFor();
      const name = `site-${WAYS.findIndex(([one]) => one === way)}`;
      await nickname.fill(name);
      await use(tab.getByRole('button', { name: 'Save settings' }));
      await tab.getByText('Changed nickname').first().waitFor();
      const file = readFileSync(join(root, 'usr/local/etc/threatstop.conf'), 'utf8');
      assert.ok(file.includes(name));
    });

    it(`filters the activity, and gives a support file without secrets, ${way}`, async () => {
      await tsadmin(root, 'config', 'set', 'log_proxy=http://ann:geheimnis@proxy.example:3128');
      const tab = await open('/activity', options);
      await tab.getByLabel('What').selectOption('update');
      await use(tab.getByRole('button', { name: 'Filter' }));
      await tab.waitForURL(/task=update/);
      const what = await tab.locator('.ts-activity .ts-what').allTextContents();
      assert.ok(what.length > 0 && what.every((task) => task === 'Update'));
      const download = tab.waitForEvent('download');
      await use(tab.getByRole('link', { name: 'Support file' }));
      const text = readFileSync(await (await download).path(), 'utf8');
      assert.ok(text.includes('edge-fw-7') && !text.includes('geheimnis'));
    });
  }

  for (const [way, options, use] of WAYS) {
    it(`is removed after a question, set up by hand, and enabled, ${way}`, async () => {
      const tab = await open('/device/remove', options);
      await use(tab.getByRole('button', { name: 'Remove', exact: true }));
      await tab.getByRole('heading', { name: 'Not set up' }).waitFor();
      await use(tab.getByRole('link', { name: 'Set up this device' }));
      await use(tab.getByRole('link', { name: /^Manual/ }));
      await tab.getByLabel('Device ID').fill('edge-8');
      await tab.getByLabel('Block lists').fill('basic.threatstop.local');
      await use(tab.getByText('More settings'));
      await tab.getByLabel('Policy servers').fill('127.0.0.1');
      await tab.getByLabel('Policy port').fill(String(service.policies.port));
      await tab.getByLabel(/portal knows the public address/).uncheck();
      await use(tab.getByRole('button', { name: 'Set up', exact: true }));
      await tab.getByText('Set up device edge-8').first().waitFor();
      await use(tab.getByRole('switch', { name: 'Enforce policy', checked: false }));
      await tab.getByRole('switch', { name: 'Enforce policy', checked: true }).waitFor();
    });
  }

  it('tells in words how far an update is while it runs', async () => {
    const tab = await open('/', {});
    service.policies.fallSilent();
    await tab.getByRole('button', { name: 'Update now' }).click();
    const running = tab.locator('.ts-task').getByText('Updating the policy');
    await running.waitFor();
    await tab
      .locator('.ts-task p')
      .getByText(/reading|fetching|looking|asking/i)
      .first()
      .waitFor();
  });
});
