import { messagePage } from '../message.ts';
import type { PageAnswer, PageRequest, ShownPage } from '../page.ts';
import { texts } from '../texts.ts';

const { login } = texts;

/** Opens a session for a one-time link. */
export function openLogin(request: PageRequest): PageAnswer {
  if (!request.login.allowed()) {
    return messagePage({ status: 429, title: login.slowHeading, text: login.slowText });
  }
  if (request.login.redeem(request.query('token'))) return { kind: 'logged-in' };
  return loginPage(403, login.badHeading, login.badText);
}

/** Ends the session. */
export function closeLogin(): PageAnswer {
  return { kind: 'logged-out', page: loginPage(200, login.outHeading, login.outText) };
}

/** The page for a visitor without a session: how to get a link. */
export function loginPage(status: number, heading: string, text: string): ShownPage {
  const data = { heading, text, again: status === 401 };
  return { kind: 'page', status, view: 'login', title: login.title, tab: null, data };
}
