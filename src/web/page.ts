/** What a page gets and what it answers. Pages know nothing of HTTP beyond this. */
import type { Actor } from '../core/ports.ts';
import type { Agent } from '../tasks/agent.ts';
import type { Notices } from '../site/notices.ts';
import type { FileAnswer, SitePage } from '../site/page.ts';
import type { SampleTraffic } from './options.ts';
import type { SessionOrigin, Sessions } from '../site/sessions.ts';
import type { StartedTasks } from './started-tasks.ts';

/** A request that passed all checks. */
export interface PageRequest {
  readonly agent: Agent;
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly notices: Notices;
  readonly tasks: StartedTasks;
  /** One value of the query, trimmed; empty when absent. */
  readonly query: (name: string) => string;
  /** One value of the form, trimmed; empty when absent. */
  readonly form: (name: string) => string;
  /** One value of the form, trimmed; null when absent. */
  given(name: string): string | null;
  /** Whether htmx asks, which wants the changed part only. */
  readonly fragment: boolean;
  /** Whether the visitor may only look. */
  readonly readOnly: boolean;
  readonly login: LoginAttempt;
  /** The sample traffic of the demo; null everywhere else. */
  readonly sample: SampleTraffic | null;
  /** Whether a log line was made by it. */
  readonly isSample: (line: Uint8Array) => boolean;
  /** The logins that are open; null behind a relay. */
  readonly sessions: Sessions | null;
}

/** What the login page needs. */
export interface LoginAttempt {
  /** False when the visitor failed too often. */
  allowed(): boolean;
  /** Name of the visitor's own session, or empty. */
  readonly session: string;
  /** Whether it is the password; a wrong one counts as a failure. */
  password(text: string): Promise<boolean>;
  /** Whether the token opens a session: it is used up, or counts as a failure. */
  redeem(token: string): boolean;
}

/** The tabs. */
export type Tab = 'overview' | 'hits' | 'lookup' | 'policy' | 'settings' | 'activity' | 'set-up';

/** A page to render; its template is in `views/pages/`. */
export interface ShownPage extends SitePage<Tab> {
  /** Path for the browser's address bar, for htmx. */
  readonly address?: string;
  /** Event for the parts of the page that are to be asked for again, for htmx. */
  readonly trigger?: string;
}

/** To another of our paths. */
export interface Redirect {
  readonly kind: 'redirect';
  readonly to: string;
  readonly query?: Record<string, string>;
  /** For htmx as well: the whole page is to be loaded from there. */
  readonly whole?: boolean;
}

/** What a page answers. */
export type PageAnswer =
  | ShownPage
  | Redirect
  | FileAnswer
  /** 204: what the browser shows is still right. */
  | { readonly kind: 'unchanged' }
  /** A new session, then 303 to the overview. */
  | { readonly kind: 'logged-in'; readonly way: SessionOrigin['way'] }
  /** The session ends; the page is shown without it. */
  | { readonly kind: 'logged-out'; readonly page: ShownPage };

/** One page or action: load, validate, do, then redirect or show. */
export type Page = (request: PageRequest) => PageAnswer | Promise<PageAnswer>;
