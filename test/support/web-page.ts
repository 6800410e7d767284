/** A real server with the page of a fake agent, and a browser's part of HTTP. */
import { fileURLToPath } from 'node:url';
import type { Clock, Log } from '../../src/core/ports.ts';
import { createWebApp } from '../../src/web/app.ts';
import { listenOn, type Listening } from '../../src/system/listen.ts';
import { createLogins, type Logins } from '../../src/web/login.ts';
import type { Password } from '../../src/site/password.ts';
import { createSessions, type Sessions } from '../../src/site/sessions.ts';
import { FakeAgent, NOON } from './fake-agent.ts';

const projectDir = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Folders and log that every web test needs; `errors` collects what was logged. */
export function webParts(errors: string[] = []) {
  const log: Log = { info: () => {}, warn: () => {}, error: (line) => errors.push(line) };
  return { viewsDir: projectDir('views'), publicDir: projectDir('public'), log };
}

/** A clock that stands still until it is set. */
export interface SetClock extends Clock {
  time: number;
}

/** A clock at noon. */
export function setClock(): SetClock {
  return {
    time: NOON,
    now() {
      return this.time;
    },
    sleep: () => Promise.resolve(),
  };
}

/** The standalone page of a fake agent, listening on loopback. */
export interface WebPage {
  readonly agent: FakeAgent;
  readonly clock: SetClock;
  readonly logins: Logins;
  readonly sessions: Sessions;
  /** Lines of the log's errors. */
  readonly errors: string[];
  /** e.g. `http://127.0.0.1:41234`. */
  readonly address: string;
  close(): Promise<void>;
}

/** What a page starts with. */
export interface PageOptions {
  readonly hosts?: readonly string[];
  readonly loginHint?: string;
  readonly password?: Password;
  readonly agent?: FakeAgent;
}

/** Starts a standalone page; `visited-page.ts` does it by mocha's hooks. */
export async function startPage(options: PageOptions = {}): Promise<WebPage> {
  const { agent = new FakeAgent() } = options;
  const clock = setClock();
  const logins = createLogins(clock);
  const sessions = createSessions(clock);
  const errors: string[] = [];
  const app = createWebApp(agent, {
    access: 'standalone',
    clock,
    logins,
    sessions,
    ...webParts(errors),
    ...options,
  });
  const listening: Listening = await listenOn(app, { host: '127.0.0.1', port: 0 });
  const { address } = listening;
  return { agent, clock, logins, sessions, errors, address, close: () => listening.close() };
}

/** A browser that is logged in, as far as HTTP goes. */
export interface Visitor {
  readonly cookie: string;
  readonly csrf: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends the fields and the session's token. Redirects are not followed. */
  post(
    path: string,
    fields?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Response>;
}

/** The headers of htmx. */
export const HTMX = { 'HX-Request': 'true' };

/** Logs in by a link, as a browser does. */
export async function logIn(page: WebPage): Promise<Visitor> {
  const login = await fetch(page.logins.issueLink(page.address), { redirect: 'manual' });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const get: Visitor['get'] = (path, headers = {}) =>
    fetch(page.address + path, { headers: { cookie, ...headers }, redirect: 'manual' });
  const html = await (await get('/')).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  return {
    cookie,
    csrf,
    get,
    post: (path, fields = {}, headers = {}) =>
      fetch(page.address + path, {
        method: 'POST',
        headers: { cookie, ...headers },
        body: new URLSearchParams({ csrf, ...fields }),
        redirect: 'manual',
      }),
  };
}
