import assert from 'node:assert/strict';
import { browserPage } from '../support/browser-page.ts';

const SECRET = 'correct horse battery';

describe('login and sessions in a browser', function () {
  this.timeout(30_000);
  const page = browserPage({
    password: {
      isSet: () => Promise.resolve(true),
      matches: (text) => Promise.resolve(text === SECRET),
      set: () => Promise.resolve(),
    },
  });

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';

    it(`ends the session of another browser, and then all, ${how} JavaScript`, async () => {
      const other = await page.open('/', { javaScriptEnabled });
      const tab = await page.open('/', { javaScriptEnabled });
      await tab.getByRole('link', { name: 'Sessions' }).click();
      assert.equal(await tab.locator('tbody tr').count(), 2);
      await tab.locator('tbody').getByRole('button', { name: 'Log out' }).click();
      await tab.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
      await other.reload();
      await other.getByText('You are not logged in').waitFor();
      await tab.getByRole('button', { name: 'Log out everywhere' }).click();
      await tab
        .getByRole('heading', { level: 1 })
        .getByText(/logged (in|out)/)
        .waitFor();
      await tab.goto(page.server.address);
      await tab.getByText('You are not logged in').waitFor();
    });

    it(`takes the password after a wrong one, by keyboard, ${how} JavaScript`, async () => {
      const tab = await page.open('/', { javaScriptEnabled });
      await tab.getByRole('button', { name: 'Log out' }).click();
      await tab.goto(page.server.address);
      for (const text of ['wrong', SECRET]) {
        await tab.getByLabel('Password').focus();
        await tab.keyboard.type(text);
        await tab.keyboard.press('Enter');
        if (text === SECRET) continue;
        await tab.getByText('That was not the password').waitFor();
      }
      await tab.getByRole('heading', { name: 'Protected' }).waitFor();
      assert.equal(tab.url(), `${page.server.address}/`);
    });
  }
});
