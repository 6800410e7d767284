/** The page of a fake agent in Chromium, for one `describe`. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Password } from '../../src/site/password.ts';
import { launchBrowser } from './browser.ts';
import { standIn } from './stand-in.ts';
import { startPage, type WebPage } from './web-page.ts';

/** What a test sees of it. */
export interface BrowserPage {
  /** That of the test that runs. */
  readonly server: WebPage;
  /** Console errors, warnings and exceptions of all its tabs; refusals of the Content-Security-Policy are among them. */
  readonly faults: readonly string[];
  /**
   * A new browser session at the path, logged in by a link, whose clock can be moved on.
   * @param path empty: where the link leads
   */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page>;
}

export { HOSTILE } from './hostile.ts';
/** Longer than a narrow screen is wide, without a place to break. */
export const LONG = `${'x'.repeat(63)}.${'y'.repeat(63)}.threatstop.local`;

/** Starts browser and page by mocha's hooks; a page for each test. */
export function browserPage(options: { readonly password?: Password } = {}): BrowserPage {
  let browser: Browser;
  let server: WebPage;
  const faults: string[] = [];
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    server = await startPage(options);
    faults.length = 0;
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.close();
  });
  return {
    server: standIn(() => server),
    faults,
    open: async (path, contextOptions = {}) => {
      const context = await browser.newContext(contextOptions);
      const tab = await context.newPage();
      await tab.clock.install();
      tab.on('pageerror', (error) => faults.push(error.message));
      tab.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') faults.push(line.text());
      });
      await tab.goto(server.logins.issueLink(server.address));
      if (path !== '') await tab.goto(server.address + path);
      return tab;
    },
  };
}

/** Where the focus is, and whether one sees it there. */
interface Focused {
  readonly what: string;
  readonly index: number;
  /** It is marked, on the screen, and nothing lies over it. */
  readonly seen: boolean;
}

const CONTROLS = `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
  .filter((one) => !one.disabled && one.checkVisibility())`;
const FOCUSED = `(() => {
  const one = document.activeElement;
  if (one === document.body || one === null) return null;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
  const { left, top, width, height } = one.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, top + height / 2);
  const marked = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  const seen = marked && above !== null && (one.contains(above) || above.contains(one));
  const what = [one.localName, one.id || one.name || one.textContent.trim()].join(' ');
  return { what, seen, index: (${CONTROLS}).indexOf(one) };
})()`;

/**
 * Goes through a page by Tab alone.
 * @returns what is wrong: controls that are not reached, not in the order of the page, or not seen to have the focus
 */
export async function tabFaults(tab: Page): Promise<readonly string[]> {
  const names = await tab.evaluate<string[]>(
    `(${CONTROLS}).map((one) => one.id || one.name || one.textContent.trim())`,
  );
  const seen: Focused[] = [];
  for (let press = 0; press <= names.length + 10; press += 1) {
    await tab.keyboard.press('Tab');
    const focused = await tab.evaluate<Focused | null>(FOCUSED);
    // Behind the last comes the browser itself, or the first again.
    if (focused === null || (focused.index === 0 && seen.length > 0)) break;
    seen.push(focused);
  }
  const reached = seen.map(({ index }) => index).filter((index) => index >= 0);
  const missed = names.filter((_, index) => !reached.includes(index));
  const inOrder = reached.every((index, place) => place === 0 || index > (reached[place - 1] ?? 0));
  return [
    ...missed.map((name) => `not reached: ${name}`),
    ...(inOrder ? [] : [`not in the order of the page: ${reached.join(' ')}`]),
    ...seen.filter((one) => !one.seen).map(({ what }) => `focus not seen: ${what}`),
  ];
}
