/** What a page answers, for the agent's page and the portal's admin pages. Pages know nothing of HTTP beyond this. */
import type { Notice } from './notices.ts';
import type { SentFile } from './send-file.ts';

/** A page to render. */
export interface SitePage<Tab extends string> {
  readonly kind: 'page';
  /** HTTP status; default 200. */
  readonly status?: number;
  /** Template in the folder of the site's pages, without its suffix. */
  readonly view: string;
  readonly title: string;
  /** The tab that is marked; `null` on pages outside of the tabs. */
  readonly tab: Tab | null;
  readonly notice?: Notice | null;
  /** Values of the template. */
  readonly data: object;
  /** Template in `views/partials/` that htmx gets instead of the page. */
  readonly part?: string;
}

/** A file to be saved. */
export interface FileAnswer extends SentFile {
  readonly kind: 'file';
  readonly name: string;
}
