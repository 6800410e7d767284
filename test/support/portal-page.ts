/** The admin pages of a portal in Chromium. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ADMIN } from './admin-site.ts';

/** A new browser session at the login page; what goes wrong in its tab is added to `faults`. */
export async function openTab(
  browser: Browser,
  url: string,
  faults: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const tab = await context.newPage();
  tab.on('pageerror', (error) => faults.push(error.message));
  tab.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  tab.on('console', (line) => {
    // That an answer is a refusal is part of some tests.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load'))
      faults.push(line.text());
  });
  await tab.goto(url);
  return tab;
}

/** Logs {@link ADMIN} in by the form. */
export async function logIn(tab: Page): Promise<void> {
  await tab.getByLabel('Name').fill(ADMIN.name);
  await tab.getByLabel('Password').fill(ADMIN.password);
  await tab.getByRole('button', { name: 'Log in' }).click();
  await tab.getByRole('navigation').waitFor();
}

/** Clicks a tab of the navigation. */
export async function toTab(tab: Page, name: string): Promise<void> {
  await tab.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await tab.locator(`nav [aria-current=page]:text-is("${name}")`).waitFor();
}

/** Waits until the page shows the text. */
export async function shows(tab: Page, text: string | RegExp): Promise<void> {
  await tab.getByText(text).first().waitFor({ state: 'visible' });
}
