import { createSessionCookie } from '../site/cookie.ts';

/** The cookie of the agent's page. */
export const sessionCookie = createSessionCookie('ts_session');
