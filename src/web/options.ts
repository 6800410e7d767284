import type { Clock, Log } from '../core/ports.ts';
import type { Logins } from './login.ts';
import type { Password } from '../site/password.ts';
import type { Sessions } from '../site/sessions.ts';

/** What every page needs. */
export interface CommonOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Folder with the templates: `views/` of the project. */
  readonly viewsDir: string;
  /** Folder with stylesheet, script and icon: `public/` of the project. */
  readonly publicDir: string;
  /** The demo's own traffic; nowhere else. */
  readonly sample?: SampleTraffic;
}

/** Made-up traffic for a page that is to be tried out. */
export interface SampleTraffic {
  isOn(): boolean;
  set(on: boolean): void;
  /** Whether a log line was made up. */
  isSample(line: Uint8Array): boolean;
}

/** The page on its own, for a browser: own layout, login by link. */
export interface StandaloneOptions extends CommonOptions {
  readonly access: 'standalone';
  readonly logins: Logins;
  readonly sessions: Sessions;
  /** Opens a session, too; none without it. */
  readonly password?: Password;
  /** Host names and addresses beside those of loopback under which the page may be asked for, without port. */
  readonly hosts?: readonly string[];
  /** How to get a login link on this platform, one sentence. Default: restart the program. */
  readonly loginHint?: string;
}

/**
 * The page behind another web server that has checked the user and the form token, on a Unix socket of
 * mode 0600: body only. The relay sets these headers and lets none of the browser's through:
 * `X-TS-User` (needed), `X-TS-Address` (the browser's), `X-TS-Base` (see `isBase`), `X-TS-Read-Only: 1`.
 * It passes on method, path, query, urlencoded body and `HX-Request`, and back status, `Content-Type`,
 * `Location` and `HX-*`.
 */
export interface RelayOptions extends CommonOptions {
  readonly access: 'relay';
  /** Base path where no `X-TS-Base` says otherwise; default: none. */
  readonly base?: string;
}

/** How the page is served. */
export type WebOptions = StandaloneOptions | RelayOptions;
