import { join } from 'node:path';
import ejs from 'ejs';
import type { Assets } from './assets.ts';
import type { ShownPage } from './page.ts';
import type { TaskView } from './task-view.ts';
import { tabsFor } from './tabs.ts';
import { texts } from './texts.ts';
import { formTarget, urlBuilder } from './urls.ts';
import type { Visitor } from './visitor.ts';

/** Around the page: the whole document, the body for a relay, or only what htmx swaps. */
export type Frame = 'document' | 'body' | 'fragment';

/** What a template needs beside the page's own values. */
export interface RenderContext {
  readonly frame: Frame;
  /** Null on pages for somebody who is not logged in. */
  readonly visitor: Visitor | null;
  /** How to get a login link. */
  readonly loginHint: string;
  /** Whether the login page asks for the password. */
  readonly loginByPassword: boolean;
  /** Tasks that run now. */
  readonly tasks: readonly TaskView[];
  /** The switch of the demo; null elsewhere. */
  readonly sample: { readonly on: boolean } | null;
}

/** Renders pages with the templates of one folder; each file is read and compiled once. */
export type Renderer = (page: ShownPage, context: RenderContext) => Promise<string>;

/** Configuration of htmx that fits the Content-Security-Policy and shows refusals in place. */
const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  responseHandling: [
    { code: '204', swap: false },
    { code: '[234]..', swap: true },
    { code: '...', swap: false, error: true },
  ],
});

/** A renderer for the templates in `viewsDir`. Templates escape everything (`<%= %>`); `<%- %>` is for includes. */
export function createRenderer(viewsDir: string, assets: Assets): Renderer {
  const options = { cache: true, rmWhitespace: true, strict: false, views: [viewsDir] };
  return async (page, context) => {
    const { visitor } = context;
    const base = visitor?.base ?? '';
    const url = urlBuilder(base);
    const values = {
      t: texts,
      page,
      tabs: tabsFor(page.tab),
      notice: page.notice ?? null,
      htmxConfig: HTMX_CONFIG,
      loginHint: context.loginHint,
      loginByPassword: context.loginByPassword,
      frame: context.frame,
      runningTasks: context.tasks,
      sample: context.sample,
      loggedIn: visitor !== null,
      csrf: visitor?.csrf ?? null,
      readOnly: visitor?.readOnly ?? false,
      url,
      asset: (name: string) => url(`/assets/${name}`, { v: assets.versionOf(name) }),
      formTarget: (path: string) => formTarget(base, path),
      ...page.data,
    };
    const file = join(viewsDir, `${templateOf(page, context.frame)}.ejs`);
    const html = await ejs.renderFile(file, values, options);
    // Where a template decided against something, it left empty lines.
    return html.replace(/\n{2,}/g, '\n');
  };
}

function templateOf(page: ShownPage, frame: Frame): string {
  if (frame === 'document') return 'layout';
  if (frame === 'body') return 'relay';
  return page.part === undefined ? 'fragment' : `partials/${page.part}`;
}
