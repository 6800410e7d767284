import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { PolicyError } from '../../src/core/errors.ts';
import { relativeWords } from '../../src/site/format.ts';
import { browserPage } from '../support/browser-page.ts';
import { fakeRun, fakeStatus, newStatus, NOON } from '../support/fake-agent.ts';

/** What `contrast.js` gives: luminance of the page's background, and texts that are hard to read. */
type Contrasts = [background: number, faint: string[]];

const contrasts = await readFile(new URL('../support/contrast.js', import.meta.url), 'utf8');
const NAMELESS_INPUTS = `[...document.querySelectorAll('input:not([type=hidden])')]
  .filter((input) => input.labels.length === 0)
  .map((input) => input.name)`;

/** Time between two polls of the page. */
const POLL_MS = 5000;

describe('web page in a browser', function () {
  this.timeout(30_000);
  const { server, faults, open: openAt } = browserPage();
  const open = (options: BrowserContextOptions = {}) =>
    openAt('', { viewport: { width: 1280, height: 900 }, ...options });

  const heading = (tab: Page) => tab.locator('#ts-protection-title');
  const policySwitch = (tab: Page, on: boolean) =>
    tab.getByRole('switch', { name: 'Enforce policy', checked: on });
  const button = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true });

  for (const [moment, target, event] of [
    ['before the page has loaded', 'document', 'DOMContentLoaded'],
    ['after that', 'window', 'load'],
  ] as const) {
    it(`does not let pfSense’s script focus the switch ${moment}`, async () => {
      const tab = await open();
      await tab.addInitScript(`window.events = [];
        ${target}.addEventListener('${event}', () => document.querySelector('[role=switch]').focus())`);
      await tab.reload();
      await tab.keyboard.press('Space');
      assert.equal(await tab.evaluate('document.activeElement.localName'), 'body');
      await policySwitch(tab, true).waitFor();
      assert.deepEqual(server.agent.calls, []);
      await tab.keyboard.press('Tab');
      await policySwitch(tab, true).focus();
      assert.equal(await tab.evaluate('document.activeElement.role'), 'switch');
    });
  }

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      it('opens by the link, disables, enables and updates', async () => {
        const tab = await open({ javaScriptEnabled });
        assert.equal(tab.url(), `${server.address}/`);
        assert.equal(await heading(tab).textContent(), 'Protected');
        await policySwitch(tab, true).click();
        await heading(tab).getByText('Disabled').waitFor();
        await policySwitch(tab, false).click();
        await heading(tab).getByText('Protected').waitFor();
        await button(tab, 'Update now').click();
        await tab.getByText('3 entries were cut').waitFor();
        assert.deepEqual(
          server.agent.calls.map(({ method }) => method),
          ['disable', 'enable', 'update'],
        );
        assert.deepEqual(faults, []);
      });

      it('shows why an action failed and what to do', async () => {
        const tab = await open({ javaScriptEnabled });
        server.agent.failure = new PolicyError('reading list <b>x</b>: refused', {
          remedy: 'Allow TCP 53.',
        });
        await button(tab, 'Update now').click();
        const alert = tab.getByRole('alert').filter({ hasText: 'Allow TCP 53.' });
        await alert.waitFor();
        assert.match((await alert.textContent()) ?? '', /reading list <b>x<\/b>: refused/);
        assert.equal(await heading(tab).textContent(), 'Protected');
      });

      it('removes the device after a question, then offers to set one up', async () => {
        const tab = await open({ javaScriptEnabled });
        await tab.getByRole('link', { name: 'Remove…' }).click();
        assert.equal(server.agent.calls.length, 0);
        await button(tab, 'Remove').click();
        await heading(tab).getByText('Not set up').waitFor();
        await tab.getByRole('link', { name: 'Set up this device' }).click();
        await tab.getByRole('link', { name: /^Manual/ }).click();
        await tab.getByLabel('Device ID').fill('tdid_2');
        await tab.getByLabel('Block lists').fill('basic.threatstop.local');
        await button(tab, 'Set up').click();
        await heading(tab).getByText('Disabled').waitFor();
        assert.equal(new URL(tab.url()).pathname, '/');
        assert.deepEqual(server.agent.calls.at(-1)?.args[1], {
          type: 'manual',
          device_id: 'tdid_2',
          block_list: 'basic.threatstop.local',
        });
        assert.deepEqual(faults, []);
      });

      it('looks an address up', async () => {
        const tab = await open({ javaScriptEnabled });
        await tab.getByLabel('Address, prefix or host name').fill('64.87.3.133');
        await button(tab, 'Look up').click();
        await tab.getByText('blocked by 64.87.3.0/24').waitFor();
        assert.deepEqual(faults, []);
      });

      it('looks a host name up', async () => {
        const tab = await open({ javaScriptEnabled });
        await tab.getByLabel('Address, prefix or host name').fill('www.example.com');
        await button(tab, 'Look up').click();
        await tab.getByText('Resolves now to 64.87.3.133').waitFor();
        await tab.getByText('blocked by 64.87.3.0/24').waitFor();
        assert.deepEqual(server.agent.calls.at(-1)?.args, ['www.example.com']);
        assert.deepEqual(faults, []);
      });

      it('logs out', async () => {
        const tab = await open({ javaScriptEnabled });
        await button(tab, 'Log out').click();
        await tab.getByText('You are logged out').waitFor();
        await tab.goto(`${server.address}/`);
        await tab.getByText('You are not logged in').waitFor();
      });
    });
  }

  it('refreshes itself and keeps what is typed, and the focus', async () => {
    const tab = await open();
    const field = tab.getByLabel('Address, prefix or host name');
    await field.fill('192.0.2');
    server.agent.shown = fakeStatus({ hits: { ...fakeStatus().hits, lastDay: 55_555 } });
    await tab.clock.runFor(POLL_MS);
    await tab.getByText('55,555').waitFor();
    assert.equal(await field.inputValue(), '192.0.2');
    assert.equal(await tab.locator('#ts-address:focus').count(), 1);
    assert.deepEqual(faults, []);
  });

  it('keeps the focus on the switch when it is used by keyboard', async () => {
    const tab = await open();
    await policySwitch(tab, true).focus();
    await tab.keyboard.press('Enter');
    await policySwitch(tab, false).waitFor();
    await tab.locator('#ts-switch:focus').waitFor();
  });

  it('says what is being done and cannot be started twice while an action runs', async () => {
    const tab = await open();
    const update = tab.locator('#ts-update');
    const before = await update.boundingBox();
    let go = () => {};
    server.agent.pause = new Promise((resolve) => {
      go = resolve;
    });
    await update.click();
    await tab.locator('#ts-update .ts-busy').waitFor({ state: 'visible' });
    assert.deepEqual(await update.boundingBox(), before);
    await update.click();
    await tab.clock.runFor(POLL_MS);
    go();
    await tab.getByText('3 entries were cut').waitFor();
    assert.equal(server.agent.calls.length, 1);
  });

  it('has what a task did among the recent activity when it has ended', async () => {
    const tab = await open();
    let go = () => {};
    server.agent.pause = new Promise((resolve) => {
      go = resolve;
    });
    const rows = tab.locator('#ts-recent tbody tr');
    assert.equal(await rows.count(), 2);
    await tab.locator('#ts-update').click();
    await tab.locator('.ts-task').waitFor();
    go();
    await tab.clock.runFor(1_000);
    await tab.locator('.ts-notice').waitFor();
    await tab.clock.runFor(1_000);
    // Without the poll, which comes in any case.
    await rows.nth(2).waitFor({ timeout: 5_000 });
  });

  it('says when the service does not answer any more', async () => {
    const tab = await open();
    await tab.route('**/status?*', (route) => route.abort());
    await tab.clock.runFor(POLL_MS);
    await tab.getByText('The service does not answer').waitFor({ state: 'visible' });
    await tab.unroute('**/status?*');
    await tab.clock.runFor(POLL_MS);
    await tab.getByText('The service does not answer').waitFor({ state: 'hidden' });
  });

  it('shows the login page when the session ended while it was open', async () => {
    const tab = await open();
    server.clock.time += 12 * 3_600_000;
    await tab.clock.runFor(POLL_MS);
    await tab.getByText('You are not logged in').waitFor();
  });

  it('loads itself anew when pfSense says that its login has ended', async () => {
    const tab = await open();
    await tab.route('**/status?*', (route) => route.fulfill({ body: 'SESSION_TIMEOUT' }));
    const loaded = tab.waitForEvent('load');
    await tab.clock.runFor(POLL_MS);
    await loaded;
    assert.equal(await heading(tab).textContent(), 'Protected');
  });

  it('loads itself anew when pfSense answers a form with its page for a token that has ended', async () => {
    const tab = await open();
    await tab.route('**/policy/update', (route) =>
      route.fulfill({ status: 403, body: '\n\n<!DOCTYPE html>\n<html><body>CSRF</body></html>' }),
    );
    const loaded = tab.waitForEvent('load');
    await tab.getByRole('button', { name: 'Update now', exact: true }).click();
    await loaded;
    assert.equal(await heading(tab).textContent(), 'Protected');
  });

  it('asks for nothing more once it was sent to another page', async () => {
    const tab = await open();
    let asked = 0;
    await tab.route('**/status?*', async (route) => {
      asked += 1;
      await route.fulfill({ headers: { 'HX-Redirect': '/activity' } });
    });
    // The browser stays where it is, as it does while a slow page is on its way.
    await tab.route('**/activity', (route) => route.fulfill({ status: 204 }));
    const sent = tab.waitForRequest('**/activity');
    await tab.clock.runFor(POLL_MS);
    await sent;
    await tab.clock.runFor(3 * POLL_MS);
    assert.equal(asked, 1);
  });

  it('asks for nothing while nobody sees it', async () => {
    const tab = await open();
    const polls: string[] = [];
    await tab.route('**/status?*', (route) => {
      polls.push(route.request().url());
      return route.fulfill({ status: 204 });
    });
    await tab.evaluate(
      'Object.defineProperty(document, "hidden", { value: true, writable: true })',
    );
    await tab.clock.runFor(3 * POLL_MS);
    assert.deepEqual(polls, []);
    await tab.evaluate('document.hidden = false');
    const asked = tab.waitForRequest('**/status?*');
    await tab.clock.runFor(POLL_MS);
    await asked;
  });

  it('shows times relative to the browser’s clock, by the rule of the server', async () => {
    const tab = await open();
    const now = await tab.evaluate<number>('Date.now()');
    const times = await tab.locator('time').all();
    assert.ok(times.length > 4);
    for (const time of times) {
      if ((await time.getAttribute('data-due')) !== null) continue;
      const iso = (await time.getAttribute('datetime')) ?? '';
      const near = [-2000, 0, 2000].map((shift) => relativeWords(Date.parse(iso), now + shift));
      assert.ok(near.includes((await time.textContent()) ?? ''), iso);
    }
  });

  it('says that a planned refresh is due when its time has come, without asking', async () => {
    const next = Date.now() + 50_000;
    server.agent.shown = fakeStatus({ refresh: { last: null, next } });
    const tab = await open();
    const time = tab.locator(`.ts-glance time[datetime="${new Date(next).toISOString()}"]`);
    await time.getByText(/^in \d+ s$/).waitFor();
    await tab.route('**/status?*', (route) => route.fulfill({ status: 204 }));
    await tab.clock.fastForward(60_000);
    await tab.clock.runFor(POLL_MS);
    await time.getByText('due now').waitFor();
  });

  it('does not keep the notice in the address', async () => {
    const tab = await open();
    await tab.goto(`${server.address}/?notice=x`);
    assert.equal(tab.url(), `${server.address}/`);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`text is readable on its background in ${colorScheme}`, async () => {
      showTrouble();
      const tab = await open({ colorScheme });
      const [background, faint] = await tab.evaluate<Contrasts>(contrasts);
      assert.equal(background < 0.2, colorScheme === 'dark');
      assert.deepEqual(faint, []);
      assert.deepEqual(faults, []);
    });
  }

  it('fits a screen of 360 px with long names', async () => {
    showTrouble();
    const tab = await open({ viewport: { width: 360, height: 740 } });
    for (const path of [
      '/',
      '/activity',
      '/lookup?address=64.87.3.133',
      '/device/remove',
      '/device/add',
    ]) {
      if (path === '/device/add') server.agent.shown = newStatus();
      await tab.goto(server.address + path);
      const width = await tab.evaluate<number>('document.documentElement.scrollWidth');
      assert.ok(width <= 360, `${path}: ${width}`);
    }
    assert.deepEqual(faults, []);
  });

  it('has one first heading, landmarks, and a name for every control', async () => {
    showTrouble();
    const tab = await open();
    for (const path of ['/', '/activity', '/lookup', '/device/remove', '/device/add']) {
      if (path === '/device/add') server.agent.shown = newStatus();
      await tab.goto(server.address + path);
      assert.equal(await tab.locator('h1').count(), 1, path);
      assert.equal(await tab.locator('main').count(), 1, path);
      const nameless = await tab.evaluate<string[]>(NAMELESS_INPUTS);
      assert.deepEqual(nameless, [], path);
    }
  });

  /** Everything at once, with long words. */
  function showTrouble(): void {
    const long = `${'x'.repeat(63)}.${'y'.repeat(63)}.threatstop.local`;
    server.agent.shown = fakeStatus({
      dryRun: true,
      protection: {
        state: 'not-protecting',
        sentence: `The table does not hold ${long}.`,
        remedy: 'Update.',
      },
      problems: [
        { code: 'a', severity: 'error', message: long, remedy: `Mend ${long}.` },
        { code: 'b', severity: 'warning', message: 'Short.', remedy: '' },
      ],
      device: { id: 'd'.repeat(63), nickname: 'n'.repeat(64), type: 'auto' },
      lists: { block: [long], allow: [long] },
      policy: { ...fakeStatus().policy!, version: `${long}=2026112001` },
      enforced: {
        tables: { block: { entries: 1_000_000, hash: 'x' }, allow: null },
        rulesInPlace: true,
        problems: [],
      },
      portal: { reachable: false, asked: NOON, reason: long },
    });
    server.agent.recorded = [
      fakeRun('update', {
        outcome: 'failed',
        message: long,
        actor: `page:${'u'.repeat(64)}@2001:db8::1`,
      }),
      fakeRun('enable'),
    ];
    server.agent.answer = { ...server.agent.answer, lists: [long] };
  }
});
