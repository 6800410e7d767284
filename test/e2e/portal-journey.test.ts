/** From nothing to a fleet that is watched: the built programs, Chromium, and what an administrator does. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createPortal, type Portal } from '../../src/portal/portal.ts';
import { systemClock } from '../../src/system/clock.ts';
import { ADMIN } from '../support/admin-site.ts';
import { launchBrowser } from '../support/browser.ts';
import { startHook, type Hook } from '../support/hook.ts';
import { TestLog } from '../support/portal.ts';
import { logIn, openTab, shows, toTab } from '../support/portal-page.ts';
import { printed, spawnProgram, tsadmin } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));
const NEW = '203.0.113.99';
const WAIT_MS = 30_000;

describe('an administrator with a browser, a portal and a device', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  const state = () => join(folder(), 'portal');
  const root = () => join(folder(), 'device');
  let browser: Browser;
  let running: ChildProcess[] = [];
  let again: Portal | null = null;
  let hook: Hook;
  let faults: string[];

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    hook = await startHook();
    faults = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((child) => end(child, 'SIGKILL')));
    running = [];
    await again?.close();
    again = null;
    await hook.close();
  });

  async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Runs a line as a shell on the device does. */
  async function onDevice(line: string): Promise<string> {
    const env = { PATH: `${BIN}:${process.env['PATH'] ?? ''}`, HOME: '/' };
    const child = spawn('sh', ['-c', line], {
      env: { ...env, TS_ROOT: root(), TS_PLATFORM: 'dry-run' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 0, output);
    return output;
  }

  const blockTable = (): string => {
    try {
      return readFileSync(join(root(), 'var/db/aliastables/ThreatSTOP_block.txt'), 'utf8');
    } catch {
      return '';
    }
  };

  async function makePolicy(tab: Page): Promise<void> {
    await toTab(tab, 'Lists');
    await tab.getByRole('link', { name: 'Add a list' }).click();
    await tab.getByLabel('Name').fill('ours');
    await tab.getByLabel('Entries').fill('203.0.113.7 # scanner\n198.51.100.0/24\n');
    await tab.getByRole('button', { name: 'Add list' }).click();
    await shows(tab, 'The list ours has 2 entries.');

    await toTab(tab, 'Policies');
    await tab.getByRole('link', { name: 'Add a policy' }).click();
    await tab.getByLabel('Name').fill('office');
    await tab.getByRole('group', { name: 'Block' }).locator('[value=ours]').check();
    await tab.getByLabel('Publish').selectOption('manual');
    await tab.getByRole('button', { name: 'Add policy' }).click();
    await shows(tab, '2 entries to block and 0 to allow; 2 are enforced.');
    await shows(tab, 'Against what is published: block +2 −0');
    await tab.getByRole('button', { name: 'Save and publish' }).click();
    await shows(tab, /Published with serial \d+: 2 entries to block/);
  }

  /** @returns the command that the page says to run */
  async function addDevice(tab: Page): Promise<string> {
    await toTab(tab, 'Devices');
    await tab.getByRole('link', { name: 'Add a device' }).click();
    await tab.getByLabel('Nickname').fill('fw1');
    await tab.getByLabel('Policy', { exact: true }).selectOption('office');
    await tab.getByText('Settings that the portal sets').click();
    for (const name of [
      'policy_interval',
      'settings_interval',
      'upload_interval',
      'collect_interval',
    ]) {
      await tab.locator(`[name=${name}]`).fill('2');
    }
    await tab.getByRole('button', { name: 'Add device' }).click();
    await shows(tab, 'fw1 is ready to be linked');
    const command = (await tab.locator('pre').textContent()) ?? '';
    await tab.getByRole('link', { name: 'I have it' }).click();
    await shows(tab, 'never heard');
    return command;
  }

  /** A packet of an inside host to the address, as pfSense logs it now. */
  function logPacket(remote: string): void {
    const [, month = '', day = ''] = new Date().toString().split(' ');
    const when = `${month} ${String(Number(day)).padStart(2)} ${new Date().toTimeString().slice(0, 8)}`;
    const line = `${when} fw filterlog: 6,,,1770000101,em1,match,block,out,4,0x0,,64,0,0,DF,6,tcp,52,192.168.1.9,${remote},57232,443,0,S,1,,513,,\n`;
    appendFileSync(join(root(), 'var/log/filter.log'), line);
  }

  /** Loads the page again until it shows the text. */
  async function reloadUntil(tab: Page, text: string | RegExp): Promise<void> {
    await until(
      `the page shows ${String(text)}`,
      async () => {
        await tab.reload();
        return (await tab.getByText(text).count()) > 0;
      },
      WAIT_MS,
    );
  }

  it('makes a policy, links a device, and sees what it enforces, what it blocks, and when it is silent', async () => {
    const portal = spawnProgram('ts-portal', ['serve', '--state', state()], {});
    running.push(portal);
    const [, url = ''] = await printed(portal, /^admin +(\S+)[^]*is ready/m);
    const made = spawn(join(BIN, 'ts-portal'), ['admin', 'add', ADMIN.name, '--state', state()]);
    made.stdin.end(`${ADMIN.password}\n`);
    assert.deepEqual(await once(made, 'exit'), [0, null]);

    const tab = await openTab(browser, url, faults);
    await logIn(tab);
    await shows(tab, 'No device yet');
    await makePolicy(tab);
    const command = await addDevice(tab);
    assert.match(command, /^tsadmin add --type=auto .* --portal_pin=sha256\//);

    // The very line of the page, then the service, on a firewall that has a log already.
    mkdirSync(join(root(), 'var/log'), { recursive: true });
    writeFileSync(join(root(), 'var/log/filter.log'), 'a line from before\n');
    await onDevice(command);
    await onDevice('tsadmin enable');
    const device = spawnProgram('ts-service', ['--root', root(), '--platform', 'dry-run'], {});
    running.push(device);
    await until('the policy is enforced', () => blockTable().includes('203.0.113.7'), WAIT_MS);
    assert.equal(blockTable(), '198.51.100.0/24\n203.0.113.7\n');
    await toTab(tab, 'Fleet');
    await reloadUntil(tab, 'as published');
    assert.equal(await tab.locator('.ts-list tbody tr').count(), 1);

    // Another entry: published by hand, and enforced with the next look of the device.
    await toTab(tab, 'Lists');
    await tab.getByRole('link', { name: 'ours' }).click();
    await tab.getByLabel('Entries').fill(`203.0.113.7\n198.51.100.0/24\n${NEW}\n`);
    await tab.getByRole('button', { name: 'Save' }).click();
    await shows(tab, 'The list ours has 3 entries.');
    await toTab(tab, 'Overview');
    await shows(tab, '1 policy has changes that are not published.');
    assert.ok(!blockTable().includes(NEW));
    await tab.getByRole('link', { name: /office has changes/ }).click();
    await shows(tab, 'block +1 −0');
    await tab.getByRole('button', { name: 'Save and publish' }).click();
    await shows(tab, /Published with serial/);
    await until('the change is enforced', () => blockTable().includes(NEW), WAIT_MS);

    // What is blocked stands in the reports, the machine that called out first of all.
    logPacket(NEW);
    logPacket(NEW);
    await toTab(tab, 'Reports');
    await reloadUntil(tab, '192.168.1.9');
    const called = tab.getByRole('region', { name: /Inside hosts/ });
    await called.getByRole('link', { name: '192.168.1.9' }).click();
    await shows(tab, 'All as CSV');
    assert.equal(await tab.getByLabel('Address or prefix').inputValue(), '192.168.1.9');
    const [download] = await Promise.all([
      tab.waitForEvent('download'),
      tab.getByRole('link', { name: 'All as CSV' }).click(),
    ]);
    const csv = readFileSync(await download.path(), 'utf8');
    assert.match(csv, /"fw1","out","block","tcp","em1","203\.0\.113\.99","192\.168\.1\.9","443"/);

    await toTab(tab, 'Fleet');
    await reloadUntil(tab, 'All is right');
    await toTab(tab, 'Overview');
    await shows(tab, 'The device is heard and enforces what is published.');

    // Who is told.
    await toTab(tab, 'Alarms');
    await tab.getByRole('link', { name: 'Add a webhook' }).click();
    await tab.getByLabel('Name').fill('chat');
    await tab.getByLabel('Address').fill(`${hook.url}/secret-path`);
    await tab.getByRole('button', { name: 'Save' }).click();
    await shows(tab, 'Alarms are sent to chat');
    await tab.getByRole('link', { name: 'I have it' }).click();
    await tab.getByRole('button', { name: 'Test' }).click();
    await shows(tab, 'A test was sent to chat, and taken.');
    assert.deepEqual(hook.events(), ['test']);

    // The device goes; the portal is started again with a clock that can be moved.
    await end(device);
    await end(portal);
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    again = await createPortal({ stateDir: state(), clock, log: new TestLog() });
    const later = await openTab(browser, again.addresses.adminUrl, faults);
    await logIn(later);
    await toTab(later, 'Fleet');
    await shows(later, 'All is right');
    aheadMs += 600_000;
    await reloadUntil(later, '1 device is silent.');
    await shows(later, /The device fw1 was not heard/);
    const problems = again.store.problems;
    await until('it is a problem', () =>
      problems.all().some(({ code }) => code === 'device-silent'),
    );
    aheadMs += 60_000;
    await until(
      'the webhook is told',
      () => hook.codes().includes('opened device-silent'),
      WAIT_MS,
    );
    const { stdout } = await tsadmin(root(), 'lookup', NEW);
    assert.match(stdout, /is blocked by 203\.0\.113\.99/);
    assert.deepEqual(faults, []);
  });
});
