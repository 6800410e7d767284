import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { axeFindings } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';

describe('axeFindings', function () {
  this.timeout(30_000);
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  it('names what is wrong, and nothing on a page that is right', async () => {
    const tab = await browser.newPage();
    const page = (body: string) =>
      `<!doctype html><html lang="en"><title>t</title><main><h1>h</h1>${body}</main></html>`;
    await tab.setContent(page('<label>a <input></label>'));
    assert.deepEqual(await axeFindings(tab), []);
    await tab.setContent(page('<input>'));
    const findings = await axeFindings(tab);
    assert.match(findings.join('\n'), /^label: <input>/);
    await tab.setContent(page('<h3>a level is left out, which is moderate</h3>'));
    assert.match((await axeFindings(tab)).join('\n'), /^heading-order: <h3>/);
  });
});
