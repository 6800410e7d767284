import assert from 'node:assert/strict';
import { NOON } from '../support/fake-agent.ts';
import { browserPage } from '../support/browser-page.ts';

describe('the policy page in a browser', function () {
  this.timeout(30_000);
  const page = browserPage();
  const asked = () => page.server.agent.calls.findLast(({ method }) => method === 'compare');

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';

    it(`shows what would change, updates, and stays on the page, ${how} JavaScript`, async () => {
      const tab = await page.open('/policy', { javaScriptEnabled });
      await tab.getByRole('button', { name: 'Show what would change' }).click();
      await tab.getByText('3 entries were cut').waitFor();
      await tab.goto(`${page.server.address}/policy`);
      await tab.getByRole('button', { name: 'Update now' }).click();
      await tab.getByText('3 entries were cut').waitFor();
      assert.equal(new URL(tab.url()).pathname, '/policy');
      const orders = page.server.agent.calls.filter(({ method }) => method === 'update');
      assert.deepEqual(orders[0]?.args[1], { plan: true });
      assert.equal(orders.length, 2);
      assert.deepEqual(page.faults, []);
    });

    it(`searches a difference and turns to what was removed, ${how} JavaScript`, async () => {
      const tab = await page.open('/policy', { javaScriptEnabled });
      await tab.getByLabel('Find an address or its beginning').fill('203.0');
      await tab.getByRole('button', { name: 'Show', exact: true }).click();
      await tab.waitForURL(/search=203\.0/);
      await tab.getByRole('link', { name: '1 Block removed' }).click();
      await tab.waitForURL(/change=removed/);
      await tab.locator('[aria-current=true]', { hasText: 'Block removed' }).waitFor();
      assert.deepEqual(asked()?.args[0], {
        ...{ before: NOON - 86_400_000, after: NOON, table: 'block', change: 'removed' },
        ...{ search: '203.0', offset: 0, limit: 100 },
      });
      assert.deepEqual(page.faults, []);
    });
  }

  it('is used by keyboard alone: Enter in the search field, Space on a button', async () => {
    const tab = await page.open('/policy');
    await tab.getByLabel('Find an address or its beginning').focus();
    await tab.keyboard.type('64.87');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/search=64\.87/);
    await tab.getByRole('button', { name: 'Show what would change' }).focus();
    await tab.keyboard.press('Space');
    await tab.getByText('3 entries were cut').waitFor();
  });

  it('goes back to the difference before by the browser’s button', async () => {
    const tab = await page.open('/policy');
    await tab.getByRole('link', { name: '1 Block removed' }).click();
    await tab.waitForURL(/change=removed/);
    await tab.goBack();
    await tab.locator('[aria-current=true]', { hasText: 'Block added' }).waitFor();
  });
});
