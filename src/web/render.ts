import { HTMX_CONFIG, createTemplates } from '../site/templates.ts';
import type { Assets } from '../site/assets.ts';
import type { ShownPage } from './page.ts';
import type { TaskView } from './task-view.ts';
import { tabsFor } from './tabs.ts';
import { texts } from './texts.ts';
import { formTarget, urlBuilder } from '../site/urls.ts';
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

/** A renderer for the templates in `viewsDir`. */
export function createRenderer(viewsDir: string, assets: Assets): Renderer {
  const templates = createTemplates(viewsDir);
  return async (page, context) => {
    const { visitor } = context;
    const base = visitor?.base ?? '';
    const url = urlBuilder(base);
    const values = {
      pages: 'pages',
      account: { path: '/sessions', label: texts.login.sessionsShort },
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
    return templates(templateOf(page, context.frame), values);
  };
}

function templateOf(page: ShownPage, frame: Frame): string {
  if (frame === 'document') return 'layout';
  if (frame === 'body') return 'relay';
  return page.part === undefined ? 'fragment' : `partials/${page.part}`;
}
