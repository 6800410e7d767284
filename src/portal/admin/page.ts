/** What an admin page gets and what it answers. Pages know nothing of HTTP beyond this. */
import type { Session, Sessions } from '../../site/sessions.ts';
import type { Notice } from '../../site/notices.ts';
import type { FileAnswer, SitePage } from '../../site/page.ts';
import type { Passwords } from '../../site/password.ts';
import type { PortalAddresses } from '../addresses.ts';
import type { Change } from '../model/change.ts';
import type { HitStore } from '../hits/hit-store.ts';
import type { RunOperation } from '../operations.ts';

/** What all requests work with. */
export interface AdminParts {
  /** Where the services are, once they listen. */
  readonly addresses: () => PortalAddresses;
  /** `sha256/<base64>` of the portal's public key. */
  readonly pin: string;
  readonly operations: RunOperation;
  readonly passwords: Passwords;
  /** The hits of all devices. */
  readonly hits: HitStore;
  /** Since when the portal listens: before that no device could be heard. Milliseconds since 1970. */
  readonly listening: number;
}

/** How an administrator logged in. */
export interface AdminOrigin {
  readonly user: string;
  readonly address: string;
  /** The hash of the password then: with another one the session ends. */
  readonly hash: string;
}

/** Logins of administrators. */
export type AdminSessions = Sessions<AdminOrigin>;

/** A request of an administrator that passed all checks. */
export interface PageRequest extends AdminParts {
  /** For the operations in `model/`, by this administrator. */
  readonly change: Change;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly session: Session<AdminOrigin>;
  readonly sessions: AdminSessions;
  /** A part of the path. */
  readonly param: (name: string) => string;
  /** One value of the query, trimmed; empty when absent. */
  readonly query: (name: string) => string;
  /** One value of the form, trimmed; empty when absent. */
  readonly form: (name: string) => string;
  /** All values of the form. */
  readonly all: (name: string) => readonly string[];
  /** One value of the form, trimmed; null when absent. */
  readonly given: (name: string) => string | null;
  readonly notice: Notice | null;
}

/** The tabs. */
export type Tab =
  | ('overview' | 'fleet' | 'reports' | 'alarms' | 'devices' | 'policies' | 'feeds' | 'lists')
  | ('servers' | 'keys' | 'audit');

/** A page to render; its template is in `views/portal/`. */
export type ShownPage = SitePage<Tab>;

/** To another page, with what came of it. */
export interface Redirect {
  readonly kind: 'redirect';
  readonly to: string;
  readonly notice?: Notice;
}

/** What a page answers. */
export type PageAnswer = ShownPage | Redirect | FileAnswer;

/** One page or action: load, validate, do, then redirect or show. */
export type Page = (request: PageRequest) => PageAnswer | Promise<PageAnswer>;

/** To another page, saying that something was done. */
export function done(to: string, message: string, notes: readonly string[] = []): Redirect {
  return { kind: 'redirect', to, notice: { tone: 'success', message, remedy: '', notes } };
}
