import type { Request } from 'express';
import type { WebOptions } from './options.ts';
import type { LoginAttempt } from './page.ts';
import { createRateLimit } from '../site/rate-limit.ts';
import { sessionCookie } from './session-cookie.ts';

/** Wrong links and passwords of one address. */
const LIMIT = { limit: 10, windowMs: 60_000 };

/** Lets people try to log in, each address some times a minute. */
export function createLoginAttempts(options: WebOptions): (request: Request) => LoginAttempt {
  const failures = createRateLimit(options.clock, LIMIT);
  if (options.access === 'relay') return () => nobody;
  return (request) => {
    const address = request.socket.remoteAddress ?? '';
    return {
      session: options.sessions.find(sessionCookie.read(request))?.name ?? '',
      allowed: () => failures.allows(address),
      redeem: (token) => {
        // A link preview asks by HEAD; it must not use the link up.
        if (request.method !== 'GET') return false;
        const redeemed = options.logins.redeem(token);
        if (!redeemed) failures.count(address);
        return redeemed;
      },
      password: async (text) => {
        // Counted before it is checked, so that of many at once not all are tried.
        failures.count(address);
        const right = (await options.password?.matches(text)) ?? false;
        if (right) failures.forget(address);
        return right;
      },
    };
  };
}

/** Behind a relay nobody logs in here. */
const nobody: LoginAttempt = {
  session: '',
  allowed: () => false,
  redeem: () => false,
  password: () => Promise.resolve(false),
};
