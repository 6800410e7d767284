import type { Request, Response } from 'express';
import { SESSION_LIFETIME_MS } from './sessions.ts';

const NAME = 'ts_session';
// Not `Secure`: the page is plain http on loopback, where some browsers drop Secure cookies.
const attributes = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

/** The session id that the browser sent, or empty. */
export function readCookie(request: Request): string {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === NAME) return value ?? '';
  }
  return '';
}

/** Gives the browser its session id, for 12 hours. */
export function setCookie(response: Response, id: string): void {
  response.cookie(NAME, id, { ...attributes, maxAge: SESSION_LIFETIME_MS });
}

/** Takes the session id back. */
export function clearCookie(response: Response): void {
  response.clearCookie(NAME, attributes);
}
