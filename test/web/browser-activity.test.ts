import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { browserPage } from '../support/browser-page.ts';

describe('the activity page in a browser', function () {
  this.timeout(30_000);
  const page = browserPage();
  const asked = () => page.server.agent.calls.findLast(({ method }) => method === 'runs')?.args;

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';

    it(`filters, turns to what is older and back, ${how} JavaScript`, async () => {
      page.server.agent.nextRuns = 77;
      const tab = await page.open('/activity', { javaScriptEnabled });
      await tab.getByLabel('Result').selectOption('failed');
      await tab.getByLabel('Who').fill('ann');
      await tab.getByRole('button', { name: 'Filter' }).click();
      await tab.waitForURL(/who=ann/);
      await tab.getByRole('link', { name: 'Older' }).click();
      await tab.waitForURL(/before=77/);
      const filter = { task: null, outcome: 'failed', actor: 'ann', since: null };
      assert.deepEqual(asked(), [filter, 77, 40]);
      assert.equal(await tab.getByLabel('Who').inputValue(), 'ann');
      await tab.getByRole('link', { name: 'Newest' }).click();
      await tab.waitForURL((url) => !url.searchParams.has('before'));
      assert.deepEqual(page.faults, []);
    });

    it(`gives the support file, ${how} JavaScript`, async () => {
      const tab = await page.open('/activity', { javaScriptEnabled });
      const download = tab.waitForEvent('download');
      await tab.getByRole('link', { name: 'Support file' }).click();
      const file = await (await download).path();
      assert.match(await readFile(file, 'utf8'), /"format":\s*"ts-support\/1"/);
    });
  }

  it('is filtered by keyboard alone', async () => {
    const tab = await page.open('/activity');
    await tab.getByLabel('Who').focus();
    await tab.keyboard.type('schedule');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/who=schedule/);
    assert.deepEqual(page.faults, []);
  });
});
