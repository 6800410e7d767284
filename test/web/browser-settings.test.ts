import assert from 'node:assert/strict';
import { FAKE_KEY, newStatus } from '../support/fake-agent.ts';
import { browserPage } from '../support/browser-page.ts';

describe('the settings page in a browser', function () {
  this.timeout(30_000);
  const page = browserPage();
  const saved = () => page.server.agent.calls.find(({ method }) => method === 'configure')?.args[1];

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with' : 'without';

    it(`says what is wrong at its field, keeps what was typed, then saves it, ${how} JavaScript`, async () => {
      const tab = await page.open('/settings', { javaScriptEnabled });
      const port = tab.locator('#ts-set-port');
      await port.fill('70000');
      await tab.locator('#ts-set-compact').selectOption('never');
      await tab.getByRole('button', { name: 'Save settings' }).click();
      await tab.getByText('Nothing was saved: some settings need attention').waitFor();
      assert.equal(await port.inputValue(), '70000');
      assert.equal(await port.getAttribute('aria-invalid'), 'true');
      assert.equal(saved(), undefined);
      await port.fill('5353');
      await tab.getByRole('button', { name: 'Save settings' }).click();
      await tab.getByText('configure was done').waitFor();
      assert.deepEqual(saved(), { port: '5353', compact: 'never' });
      assert.ok(!(await tab.content()).includes(FAKE_KEY));
      assert.deepEqual(
        page.faults.filter((line) => !line.includes('422')),
        [],
      );
    });
  }

  it('tells while typing that a value is wrong, to everybody, and that it is right again', async () => {
    const tab = await page.open('/settings');
    const port = tab.locator('#ts-set-port');
    await port.pressSequentially('9999');
    await tab.locator('#ts-set-port[aria-invalid=true]').waitFor();
    await tab.getByText('Use a whole number from 1 to 65535').waitFor();
    assert.equal(await tab.locator('.has-error #ts-set-port').count(), 1);
    assert.equal(await tab.locator('#ts-set-port:focus').count(), 1);
    await port.fill('5353');
    await tab.locator('#ts-set-port:not([aria-invalid])').waitFor();
    assert.equal(await tab.locator('.has-error').count(), 0);
    assert.deepEqual(page.faults, []);
  });

  it('tells while typing in the set-up, too', async () => {
    page.server.agent.shown = newStatus();
    const tab = await page.open('/device/add');
    await tab.getByLabel('Device ID').pressSequentially('a b');
    await tab.locator('#ts-device_id[aria-invalid=true]').waitFor();
    await tab.getByLabel('Device ID').fill('tdid_1');
    await tab.locator('#ts-device_id:not([aria-invalid])').waitFor();
  });

  it('shows what the portal owns as read-only, with the reason', async () => {
    const tab = await page.open('/settings');
    assert.equal(await tab.locator('#ts-set-block_list').isDisabled(), true);
    assert.match(
      (await tab.locator('#ts-set-block_list-help').textContent()) ?? '',
      /The portal sets this/,
    );
  });

  it('can be changed again after saving that took longer than a moment', async () => {
    const tab = await page.open('/settings');
    let go = () => {};
    page.server.agent.pause = new Promise((resolve) => {
      go = resolve;
    });
    await tab.locator('#ts-set-nickname').fill('edge-7');
    await tab.getByRole('button', { name: 'Save settings' }).click();
    await tab.locator('.ts-task').waitFor();
    go();
    await tab.getByText('configure was done').waitFor();
    await tab.waitForURL(/\/settings$/);
    assert.equal(await tab.locator('.ts-task').count(), 0);
  });

  it('is saved by keyboard alone', async () => {
    const tab = await page.open('/settings');
    await tab.locator('#ts-set-nickname').focus();
    await tab.keyboard.type('edge-7');
    await tab.keyboard.press('Enter');
    await tab.getByText('configure was done').waitFor();
    assert.deepEqual(saved(), { nickname: 'edge-7' });
  });
});
