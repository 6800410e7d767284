import type { Request, Response } from 'express';
import { SESSION_LIFETIME_MS } from './sessions.ts';

/** The cookie that holds the session id. */
export interface SessionCookie {
  /** The session id that the browser sent, or empty. */
  read(request: Request): string;
  /**
   * Gives the browser its session id, for 12 hours.
   * @param secure over TLS; on loopback the page may be plain http, where some browsers drop `Secure` cookies
   */
  set(response: Response, id: string, secure: boolean): void;
  /** Takes the session id back. */
  clear(response: Response): void;
}

const attributes = { httpOnly: true, sameSite: 'strict', path: '/' } as const;

/** @param name a site's own: browsers send cookies to all ports of a host */
export function createSessionCookie(name: string): SessionCookie {
  return {
    read(request) {
      for (const pair of (request.headers.cookie ?? '').split(';')) {
        const [found, value] = pair.trim().split('=', 2);
        if (found === name) return value ?? '';
      }
      return '';
    },
    set: (response, id, secure) =>
      void response.cookie(name, id, { ...attributes, secure, maxAge: SESSION_LIFETIME_MS }),
    clear: (response) => void response.clearCookie(name, attributes),
  };
}
