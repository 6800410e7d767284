import type { Request, Response } from 'express';
import { actorOf } from '../../core/actor.ts';
import { printable } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { createSessionCookie } from '../../site/cookie.ts';
import type { Passwords } from '../../site/password.ts';
import { createSessions } from '../../site/sessions.ts';
import { audited } from '../model/change.ts';
import type { Store } from '../store.ts';
import type { AdminSession } from './answer.ts';
import { createLoginLimits } from './login-limits.ts';
import type { AdminSessions, ShownPage } from './page.ts';
import { readForm } from './read-form.ts';
import { texts } from './texts.ts';

/** Only over TLS, only for this very host: browsers hold to the prefix (RFC 6265bis). */
const cookie = createSessionCookie('__Host-ts_portal');

/** Logs administrators in and out. */
export interface Login {
  readonly sessions: AdminSessions;
  /** The session of a request: null when there is none, or its administrator has gone or has another password. */
  find(request: Request): AdminSession;
  /** The form, with what is said above it. */
  page(status: number, said?: string): ShownPage;
  /** Opens a session for name and password of the form; null when it is done, else the page. */
  open(request: Request, response: Response): Promise<ShownPage | null>;
  close(request: Request, response: Response, session: AdminSession): ShownPage;
}

/** Who the administrators are, and how their passwords are checked. */
export interface LoginParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly passwords: Passwords;
}

/** The login of a portal. Sessions are in memory: a restart ends them all. */
export function createLogin({ store, clock, log, passwords }: LoginParts): Login {
  const sessions: AdminSessions = createSessions(clock);
  const limits = createLoginLimits(clock);
  const words = texts.login;

  const page = (status: number, said = ''): ShownPage => {
    const none = store.admins.all().length === 0;
    const data = { said: none ? words.none : said, none };
    return { kind: 'page', status, view: 'login', title: words.title, tab: null, data };
  };
  const note = (user: string, address: string, action: string): void => {
    const actor = actorOf('page', user, address);
    audited({ store, clock, actor }, () => ({ result: null, action, target: user }));
  };

  return {
    sessions,
    page,
    find(request) {
      const session = sessions.find(cookie.read(request));
      if (session === null || store.admins.hashOf(session.user) !== session.hash) return null;
      return session;
    },
    async open(request, response) {
      const address = addressOf(request);
      if (!limits.tryFrom(address)) return page(429, words.slow);
      const form = await readForm(request, response, false);
      const user = form['name']?.[0]?.trim() ?? '';
      if (!limits.tryAs(user)) return page(429, words.slow);
      const hash = store.admins.hashOf(user);
      if (!(await passwords.matches(hash, form['password']?.[0] ?? '')) || hash === null) {
        log.warn(`admin page: wrong login as "${printable(user.slice(0, 60))}" from ${address}`);
        return page(403, words.wrong);
      }
      limits.succeeded(address, user);
      // What the browser brought is never taken over, and what it was for ends.
      sessions.close(cookie.read(request));
      cookie.set(response, sessions.open({ user, address, hash }), true);
      note(user, address, 'login');
      return null;
    },
    close(request, response, session) {
      sessions.close(cookie.read(request));
      cookie.clear(response);
      if (session !== null) note(session.user, session.address, 'logout');
      return page(200, words.out);
    },
  };
}

/** The browser's address, as far as the connection tells. */
export function addressOf(request: Request): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
