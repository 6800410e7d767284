/** The page of a fake agent with a visitor who is logged in, for one `describe`. In Chromium: see `browser-page.ts`. */
import { standIn } from './stand-in.ts';
import { logIn, startPage, type PageOptions, type Visitor, type WebPage } from './web-page.ts';

/** The page and the visitor of the test that runs. */
export interface VisitedPage {
  readonly page: WebPage;
  readonly visitor: Visitor;
}

/** Starts a page for each test by mocha's hooks, and logs in. */
export function visitedPage(options: PageOptions = {}): VisitedPage {
  let page: WebPage;
  let visitor: Visitor;
  beforeEach(async () => {
    page = await startPage(options);
    visitor = await logIn(page);
  });
  afterEach(() => page.close());
  return { page: standIn(() => page), visitor: standIn(() => visitor) };
}
