import type { Request, Response } from 'express';
import { SESSION_LIFETIME_MS } from './sessions.ts';

const NAME = 'ts_session';
const attributes = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

/** The session id that the browser sent, or empty. */
export function readCookie(request: Request): string {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === NAME) return value ?? '';
  }
  return '';
}

/**
 * Gives the browser its session id, for 12 hours.
 * @param secure over TLS; on loopback the page is plain http, where some browsers drop `Secure` cookies
 */
export function setCookie(response: Response, id: string, secure: boolean): void {
  response.cookie(NAME, id, { ...attributes, secure, maxAge: SESSION_LIFETIME_MS });
}

/** Takes the session id back. */
export function clearCookie(response: Response): void {
  response.clearCookie(NAME, attributes);
}
