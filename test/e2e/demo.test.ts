import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { portalCommand } from '../support/portal-command.ts';
import { printed, spawnProgram, tsadmin, tsadminJson } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const HIT =
  'Nov 20 12:00:00 fw filterlog: 6,,,1770000101,em1,match,block,out,4,0x0,,64,0,0,DF,6,tcp,52,192.168.1.9,64.87.3.133,57232,80,0,S,1,,513,,\n';

describe('the embedded default, started as "npm start" does', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let browser: Browser;
  let demo: ChildProcess | null = null;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(async () => {
    if (demo === null || demo.exitCode !== null || demo.signalCode !== null) return;
    demo.kill('SIGKILL');
    await once(demo, 'exit');
  });

  /** Starts it and gives the login link it prints. */
  async function start(root: string): Promise<string> {
    demo = spawnProgram('main/demo.js', [], { TS_ROOT: root });
    const [, link = ''] = await printed(demo, /(http:\/\/127\.0\.0\.1:\d+\/login\?token=\S+)/);
    return link;
  }

  async function stop(): Promise<number | null> {
    demo?.kill('SIGINT');
    const [code] = (await once(demo!, 'exit')) as [number | null];
    return code;
  }

  const shows = (page: Page, text: RegExp) =>
    page.getByText(text).first().waitFor({ state: 'visible' });

  it('shows protection, device, lists, entries, refreshes and the portal on the page', async () => {
    const page = await browser.newPage();
    await page.goto(await start(join(folder(), 'state')));
    await shows(page, /dry run/i);
    await shows(page, /Disabled/);
    await shows(page, /demo/);
    await shows(page, /basic\.threatstop\.local/);
    await shows(page, /14,218/);
    await shows(page, /reachable/i);
    await page.close();
    assert.equal(await stop(), 0);
  });

  it('enables, counts a hit that went through the portal, and looks an address up', async () => {
    const root = join(folder(), 'state');
    const page = await browser.newPage();
    await page.goto(await start(root));
    await page.getByRole('switch', { name: 'Enforce policy' }).first().click();
    await shows(page, /Enabled as a dry run/);
    assert.ok(existsSync(join(root, 'var/db/threatstop/dry-run.rules')));

    appendFileSync(join(root, 'var/log/filter.log'), `${HIT}someone else's line\n${HIT}`);
    await page.getByRole('button', { name: /send logs/i }).click();
    await shows(page, /Sent 2 lines in 1 batch/);
    const { hits } = (await tsadminJson(root, 'status')) as { hits: { uploaded: number } };
    assert.equal(hits.uploaded, 2);
    const stored = readdirSync(join(root, 'portal/intake'), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.gz'));
    assert.equal(stored.length, 1);

    const { stdout, code } = await tsadmin(root, 'lookup', '64.87.3.133');
    assert.match(stdout, /64\.87\.3\.133 is blocked by 64\.87\.3\.133/);
    assert.equal(code, 0);
    await page.close();
    assert.equal(await stop(), 0);
  });

  it('makes sample traffic that goes the way of every line: marked on the page, counted by the portal', async () => {
    const root = join(folder(), 'state');
    const page = await browser.newPage();
    await page.goto(await start(root));
    await page.getByRole('button', { name: 'Turn sample traffic on' }).click();
    await shows(page, /Sample traffic is on: hits marked “sample”/);
    const log = join(root, 'var/log/filter.log');
    const lines = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []);
    await until('lines were written', () => lines().length > 3);
    await page.getByRole('button', { name: 'Turn sample traffic off' }).click();
    await shows(page, /no traffic of its own/);
    await page.getByRole('button', { name: /send logs/i }).click();
    await shows(page, /Sent \d+ lines? in 1 batch|No hits to send/);
    const made = lines().length - 1;

    const origin = new URL(page.url()).origin;
    await page.goto(`${origin}/hits`);
    const rows = page.locator('.ts-hits tbody tr');
    await until('every hit is there', async () => (await rows.count()) === Math.min(25, made));
    assert.equal(
      await rows.locator('.ts-label', { hasText: 'sample' }).count(),
      await rows.count(),
    );
    await rows.getByRole('link', { name: 'Why?' }).first().click();
    await page.locator('#ts-hit .ts-label', { hasText: 'sample' }).waitFor();
    await page
      .locator('#ts-hit')
      .getByText(/blocked by/)
      .first()
      .waitFor();
    await page.close();

    const report = async (): Promise<readonly { readonly hits: number }[]> => {
      const argv = ['report', 'top', 'devices', '--json'];
      return JSON.parse((await portalCommand(join(root, 'portal'), argv)).output) as {
        hits: number;
      }[];
    };
    await until('the portal counts them', async () => (await report())[0]?.hits === made);
    assert.equal(await stop(), 0);
  });

  it('writes only below its state folder, and comes back with what it knew', async () => {
    const root = join(folder(), 'state');
    mkdirSync(join(folder(), 'home'));
    await start(root);
    await tsadmin(root, 'enable');
    const device = ((await tsadminJson(root, 'status')) as { device: { id: string } }).device.id;
    assert.equal(await stop(), 0);
    assert.deepEqual(readdirSync(folder()).toSorted(), ['home', 'state']);
    const key = /auto_key="([^"]+)"/.exec(
      readFileSync(join(root, 'usr/local/etc/threatstop.conf'), 'utf8'),
    )?.[1];
    assert.ok(key !== undefined && key.length >= 40);

    await start(root);
    const status = (await tsadminJson(root, 'status')) as {
      device: { id: string };
      protection: { state: string };
    };
    assert.equal(status.device.id, device);
    assert.equal(status.protection.state, 'dry-run');
    assert.equal(await stop(), 0);
  });

  it('shows that the portal is gone, and keeps the policy', async () => {
    const root = join(folder(), 'state');
    await start(root);
    assert.equal(await stop(), 0);
    const { code, stderr } = await tsadmin(root, 'update');
    assert.equal(code, 1);
    assert.match(stderr, /127\.0\.0\.1/);
    const status = (await tsadminJson(root, 'status')) as {
      portal: { reachable: boolean };
      enforced: { tables: { block: { entries: number } } };
    };
    assert.equal(status.portal.reachable, false);
    assert.equal(status.enforced.tables.block.entries, 14_218);
  });
});

describe('the service on its Unix socket', function () {
  this.timeout(30_000);
  const folder = temporaryFolder();

  it('is for its own user only, and ends cleanly', async () => {
    const service = spawnProgram('ts-service', ['--root', folder(), '--platform', 'dry-run'], {});
    const socket = join(folder(), 'var/run/threatstop.sock');
    await printed(service, /the page is on/, 'stderr');
    assert.equal(statSync(socket).mode & 0o777, 0o600);
    service.kill('SIGTERM');
    assert.deepEqual(await once(service, 'exit'), [0, null]);
    assert.ok(!existsSync(socket));
  });
});
