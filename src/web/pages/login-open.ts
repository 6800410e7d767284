import { messagePage } from '../message.ts';
import type { PageAnswer, PageRequest, ShownPage } from '../page.ts';
import { texts } from '../texts.ts';

const { login } = texts;

/** Opens a session for a one-time link; without one it is the form for the password. */
export function openLogin(request: PageRequest): PageAnswer {
  if (!request.login.allowed()) return tooMany();
  const token = request.query('token');
  if (token === '') return loginPage(200, login.heading, login.text);
  if (request.login.redeem(token)) return { kind: 'logged-in', way: 'link' };
  return loginPage(403, login.badHeading, login.badText);
}

/** Opens a session for the password. */
export async function checkPassword(request: PageRequest): Promise<PageAnswer> {
  if (!request.login.allowed()) return tooMany();
  if (await request.login.password(request.form('password'))) {
    return { kind: 'logged-in', way: 'password' };
  }
  return loginPage(403, login.wrongHeading, login.wrongText);
}

function tooMany(): ShownPage {
  return messagePage({ status: 429, title: login.slowHeading, text: login.slowText });
}

/** Ends the session. */
export function closeLogin(): PageAnswer {
  return { kind: 'logged-out', page: loginPage(200, login.outHeading, login.outText) };
}

/** The page for a visitor without a session: a field for the password where there is one, and how to get a link. */
export function loginPage(status: number, heading: string, text: string): ShownPage {
  const data = { heading, text, again: status === 401 };
  return { kind: 'page', status, view: 'login', title: login.title, tab: null, data };
}
