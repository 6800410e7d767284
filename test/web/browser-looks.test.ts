import assert from 'node:assert/strict';
import { resolveSettings } from '../../src/config/settings.ts';
import { axeFindings } from '../support/axe.ts';
import { HOSTILE, LONG, browserPage, tabFaults } from '../support/browser-page.ts';
import { fakePolicies, fakeRun, fakeStatus } from '../support/fake-agent.ts';

const PATHS = ['/policy', '/settings', '/activity', '/sessions'] as const;
const FORMS = ['/lookup?address=64.87.3.133', '/device/add', '/device/remove'] as const;
const NARROW = { width: 360, height: 740 };

describe('policy, settings, activity and sessions in a browser', function () {
  this.timeout(60_000);
  const page = browserPage();

  /** Whatever a portal, a list or a log may send. */
  beforeEach(() => {
    const { agent } = page.server;
    const text = `${HOSTILE} ${LONG}`;
    agent.shown = fakeStatus({
      device: { id: 'd'.repeat(63), nickname: text, type: 'auto' },
      lists: { block: [text], allow: [text] },
    });
    agent.recorded = [
      fakeRun('update', { outcome: 'failed', message: text, actor: `page:${text}` }),
      fakeRun('configure', { message: text }),
    ];
    const told = { notes: [text], carved: [{ prefix: LONG, reason: text }], guard: [text] };
    agent.known = fakePolicies().map(({ policy, onDisk }) => ({
      policy: { ...policy, ...told, version: `${text}=1` },
      onDisk,
    }));
    agent.comparison = {
      ...agent.comparison,
      entries: ['2001:db8:1111:2222:3333:4444:5555:6666/128', '203.0.113.0/24'],
    };
    agent.resolved = resolveSettings(
      { type: 'auto', device_id: 'tdid_1', auto_key: 'c2VjcmV0LXNlY3JldC1rZXk=' },
      { nickname: LONG.slice(0, 63) },
    );
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`shows hostile text as text, without a finding, at 360 px, ${colorScheme}`, async () => {
      const tab = await page.open('/policy', { colorScheme, viewport: NARROW });
      for (const path of [...PATHS, ...FORMS, `/policy?search=${encodeURIComponent(HOSTILE)}`]) {
        await tab.goto(page.server.address + path);
        assert.equal(await tab.locator('img').count(), 0, path);
        assert.deepEqual(await axeFindings(tab), [], path);
        const width = await tab.evaluate<number>('document.documentElement.scrollWidth');
        assert.ok(width <= NARROW.width, `${path}: ${width}`);
      }
      assert.deepEqual(page.faults, []);
    });
  }

  for (const viewport of [{ width: 1280, height: 900 }, NARROW]) {
    it(`is gone through by Tab, in order, with the focus in sight, at ${viewport.width} px`, async () => {
      const tab = await page.open('/policy', { viewport });
      for (const path of ['/', '/hits', '/lookup?address=64.87.3.133', ...PATHS]) {
        await tab.goto(page.server.address + path);
        assert.deepEqual(await tabFaults(tab), [], path);
      }
    });
  }

  it('leads to the page past the navigation by its first link', async () => {
    const tab = await page.open('/settings');
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Enter');
    assert.equal(await tab.evaluate('document.activeElement.id'), 'ts-page');
  });
});
