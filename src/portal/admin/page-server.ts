import type { Request, Response } from 'express';
import { actorOf } from '../../core/actor.ts';
import type { Notices } from '../../site/notices.ts';
import { oneValue } from '../../site/request-values.ts';
import { isTokenOf } from '../../site/security.ts';
import { refusedPage, type AdminSession, type Answerer } from './answer.ts';
import type { AdminOptions } from './app.ts';
import type { Login } from './login.ts';
import type { PageRequest } from './page.ts';
import { readForm, type Form } from './read-form.ts';
import type { Route } from './routes.ts';
import { texts } from './texts.ts';

/** What pages are served with. */
export interface ServerParts {
  readonly options: AdminOptions;
  readonly login: Login;
  readonly answer: Answerer;
  readonly notices: Notices;
}

/** Serves one route: who is it, may it be, then the page. */
export type PageServer = (route: Route, request: Request, response: Response) => Promise<void>;

/** Serves pages to administrators, and the login to everybody else. */
export function createPageServer({ options, login, answer, notices }: ServerParts): PageServer {
  const { store, clock } = options;
  return async (route, request, response) => {
    const session = login.find(request);
    if (session === null) {
      const page = login.page(request.path === '/' ? 200 : 401);
      await answer.send(request, response, page, null);
      return;
    }
    try {
      const form = await readForm(request, response, true);
      const page = isTrusted(request, form, session)
        ? await route.page(pageRequest(request, form, session))
        : refusedPage({ status: 403, text: texts.refused.csrf });
      await answer.send(request, response, page, session);
    } catch (thrown) {
      if (response.headersSent) throw thrown;
      await answer.failure(request, response, thrown, session);
    }
  };

  function pageRequest(
    request: Request,
    form: Form,
    session: NonNullable<AdminSession>,
  ): PageRequest {
    const query = (name: string): string => oneValue(request.query[name]);
    return {
      ...options,
      change: { store, clock, actor: actorOf('page', session.user, session.address) },
      now: clock.now(),
      session,
      sessions: login.sessions,
      param: (name) => oneValue(request.params[name]),
      query,
      form: (name) => oneValue(form[name]),
      all: (name) => form[name] ?? [],
      given: (name) => (form[name] === undefined ? null : oneValue(form[name])),
      notice: notices.find(query('notice')),
    };
  }
}

/** Whether a change carries the token of its session. */
export function isTrusted(request: Request, form: Form, session: AdminSession): boolean {
  if (request.method !== 'POST' || session === null) return true;
  return isTokenOf(session.csrf, form['csrf']?.[0]);
}
