import assert from 'node:assert/strict';
import type { StoredHit } from '../../src/core/ports.ts';
import { parsePrefix } from '../../src/core/prefix-text.ts';
import { axeFindings } from '../support/axe.ts';
import { browserPage } from '../support/browser-page.ts';
import { NOON, fakeStatus } from '../support/fake-agent.ts';
import { HTMX, logIn } from '../support/web-page.ts';
import { until } from '../support/until.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'&\u202e=cmd()';
const POLL_MS = 5_000;

function hit(id: number, change: Partial<StoredHit> = {}): StoredHit {
  return {
    ...{ id, time: NOON - id * 1_000, direction: 'out', interface: 'em1', action: 'block' },
    ...{ protocol: 'tcp', source: '192.168.1.23', sourcePort: 4711 },
    ...{ destination: '198.51.100.7', destinationPort: 443 },
    ...{ tracker: 1770000102, entry: '198.51.100.0/24', line: Buffer.from('a log line') },
    ...change,
  };
}

describe('the page of hits', function () {
  this.timeout(30_000);
  const { server, faults, open } = browserPage();

  beforeEach(() => {
    server.agent.kept = [hit(2), hit(1, { interface: HOSTILE, line: Buffer.from(HOSTILE) })];
    const named = [
      { name: HOSTILE, hits: 3 },
      { name: '', hits: 2 },
    ];
    const tops = { address: named, port: named, inside: named };
    server.agent.summary = {
      hourly: [{ hour: NOON, direction: 'in', action: 'block', hits: 1_234_567 }],
      daily: [{ day: NOON - 12 * 3_600_000, direction: 'out', action: 'pass', hits: 5 }],
      tops: { day: tops, week: tops },
    };
  });

  for (const javaScriptEnabled of [true, false]) {
    it(`filters, opens a hit and allows its address, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const tab = await open('/hits', { javaScriptEnabled });
      await tab.getByLabel('Address or prefix').fill('198.51.100.0/24');
      await tab.getByLabel('Port').fill('443');
      await tab.getByLabel('Verdict').selectOption('blocked');
      await tab.getByRole('button', { name: 'Filter' }).click();
      await tab.waitForURL(/port=443/);
      assert.equal(await tab.getByLabel('Verdict').inputValue(), 'blocked');
      const asked = server.agent.calls.findLast(({ method }) => method === 'findHits')?.args[0];
      const address = parsePrefix('198.51.100.0/24');
      assert.deepEqual(asked, { blocked: true, address, port: 443 });
      await tab.getByRole('link', { name: 'Why?' }).first().click();
      await tab.locator('#ts-hit-title').waitFor();
      await tab.getByRole('button', { name: 'Allow 198.51.100.7 for 1 hour' }).click();
      await tab.getByText('exempt was done').waitFor();
      const order = server.agent.calls.find(({ method }) => method === 'exempt')?.args[1];
      assert.deepEqual(order, { action: 'allow', prefix: '198.51.100.7', forMs: 3_600_000 });
      assert.deepEqual(faults, []);
    });

    it(`revokes an exemption, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const one = { action: 'block', prefix: '203.0.113.9', until: null, created: 0 } as const;
      server.agent.shown = fakeStatus({ exemptions: [{ ...one, actor: HOSTILE }] });
      const tab = await open('/hits', { javaScriptEnabled });
      await tab.getByRole('button', { name: 'Revoke 203.0.113.9' }).click();
      await tab.getByText('exempt was done').waitFor();
      const call = server.agent.calls.find(({ method }) => method === 'exempt');
      assert.equal(call?.args[1], '203.0.113.9');
    });
  }

  it('shows new hits by itself, but not while a hit is open', async () => {
    const tab = await open('/hits');
    server.agent.kept = [hit(3, { destination: '203.0.113.50' }), ...server.agent.kept];
    await tab.clock.runFor(POLL_MS);
    await tab.getByText('203.0.113.50:443').waitFor();
    await tab.getByRole('link', { name: 'Why?' }).first().click();
    await tab.locator('#ts-hit-title').waitFor();
    const polls: string[] = [];
    tab.on('request', (request) => polls.push(request.url()));
    await tab.clock.runFor(3 * POLL_MS);
    assert.deepEqual(polls, []);
    await tab.getByRole('link', { name: 'Close' }).click();
    const asked = tab.waitForRequest('**/hits?*');
    await tab.clock.runFor(POLL_MS);
    await asked;
  });

  it('shows hostile text as text, everywhere', async () => {
    for (const path of ['/', '/hits', '/hit?id=1', '/widget', '/hits?interface=%3Cb%3E&port=x']) {
      const tab = await open(path);
      assert.equal(await tab.locator('img').count(), 0, path);
      assert.deepEqual(faults, [], path);
    }
    const visitor = await logIn(server);
    const csv = await (await visitor.get('/hits/export.csv')).text();
    assert.ok(csv.split('\r\n').length === 4);
    server.agent.kept = [hit(1, { interface: '=1+1', line: Buffer.from('@SUM(A1)\n+2') })];
    const guarded = await (await visitor.get('/hits/export.csv')).text();
    assert.match(guarded, /"'=1\+1"/);
    assert.match(guarded, /"'@SUM\(A1\)/);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no finding of axe-core and fits 360 px, ${colorScheme}`, async () => {
      for (const path of ['/', '/hits', '/hit?id=1', '/overview/hits']) {
        const tab = await open(path, { colorScheme, viewport: { width: 360, height: 740 } });
        assert.deepEqual(await axeFindings(tab), [], path);
        const width = await tab.evaluate<number>('document.documentElement.scrollWidth');
        assert.ok(width <= 360, `${path}: ${width}`);
      }
    });
  }

  it('sends nothing on a poll that has seen the newest, and little on another', async () => {
    server.agent.kept = Array.from({ length: 25 }, (_, i) => hit(30 - i));
    const visitor = await logIn(server);
    assert.equal((await visitor.get('/hits?seen=30', HTMX)).status, 204);
    for (const path of ['/hits?seen=29', '/overview/hits?seen=x']) {
      const answer = await visitor.get(path, HTMX);
      const size = (await answer.text()).length;
      assert.ok(size > 1_000 && size < 15_000, `${path}: ${size}`);
    }
  });

  it('names hours in the zone of the browser, and leaves days in UTC', async () => {
    const tab = await open('/', { timezoneId: 'Asia/Kolkata' });
    const day = tab.locator('#ts-charts figure').first();
    assert.match((await day.locator('svg').textContent()) ?? '', /18:30/);
    await tab.getByText(/Hours in Asia.\w+, days in UTC/).waitFor();
    await day.locator('summary').click();
    assert.equal(await day.getByText(/17:30$/).count(), 1);
  });

  it('keeps the charts where they are when the state of the device changes', async () => {
    const tab = await open('/');
    const details = tab.locator('#ts-charts details').first();
    await details.locator('summary').click();
    server.agent.shown = fakeStatus({ problems: [], hits: { ...fakeStatus().hits, lastDay: 77 } });
    await tab.clock.runFor(POLL_MS);
    await tab.locator('.ts-glance .ts-figure', { hasText: '77' }).waitFor();
    assert.equal(await details.getAttribute('open'), '');
    assert.equal(await tab.locator('#ts-charts').count(), 1);
    let isAsked = false;
    tab.on('request', (request) => (isAsked ||= request.url().includes('/overview/hits?')));
    // A poll that comes while an answer is on its way is left out.
    await until('the charts are asked for again', async () => {
      await tab.clock.runFor(30_000);
      return isAsked;
    });
    const box = await tab.locator('#ts-charts svg').first().boundingBox();
    assert.ok((box?.y ?? Infinity) < 720);
    assert.deepEqual(faults, []);
  });

  it('takes times of the filter in the browser’s zone, and asks in UTC', async () => {
    const tab = await open('/hits', { timezoneId: 'Asia/Tokyo' });
    await tab.getByLabel('From (Asia/Tokyo)').fill('2026-11-20 09:30');
    await tab.getByRole('button', { name: 'Filter' }).click();
    await tab.waitForURL(/from=2026-11-20\+00%3A30/);
    assert.equal(await tab.getByLabel('From (Asia/Tokyo)').inputValue(), '2026-11-20 09:30');
    assert.deepEqual(faults, []);
  });

  for (const [reachable, words] of [
    [true, 'The portal has them on its list'],
    [false, 'The portal does not have all of this yet: no connection.'],
    [null, 'The portal is not told'],
  ] as const) {
    it(`says of what is allowed here: ${words}`, async () => {
      const reason = reachable === false ? 'no connection' : '';
      const one = { action: 'allow', prefix: '198.51.100.7', until: null, created: NOON } as const;
      server.agent.shown = fakeStatus({
        exemptions: [{ ...one, actor: 'page:ann' }],
        exemptionsTold: { reachable, asked: NOON, reason },
      });
      const visitor = await logIn(server);
      assert.ok((await (await visitor.get('/hits')).text()).includes(words));
    });
  }

  it('shows what is allowed here when that took longer than a moment', async () => {
    const tab = await open('/hits');
    await tab.getByRole('link', { name: 'Why?' }).first().click();
    let go = () => {};
    server.agent.pause = new Promise((resolve) => {
      go = resolve;
    });
    await tab.getByRole('button', { name: /^Allow .* for 1 hour/ }).click();
    await tab.locator('.ts-task').waitFor();
    const one = { action: 'allow', prefix: '198.51.100.7', until: null, created: NOON } as const;
    server.agent.shown = fakeStatus({ exemptions: [{ ...one, actor: 'page:ann' }] });
    go();
    await tab.clock.runFor(2_000);
    await tab.getByRole('button', { name: 'Revoke 198.51.100.7' }).waitFor();
    assert.deepEqual(faults, []);
  });

  it('has no switch of sample traffic where there is none', async () => {
    const visitor = await logIn(server);
    assert.equal((await visitor.post('/sample', { on: 'yes' })).status, 404);
    assert.ok(!(await (await visitor.get('/')).text()).includes('ts-sample-banner'));
  });
});
