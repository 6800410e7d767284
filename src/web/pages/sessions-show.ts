import { timeView } from '../../site/format.ts';
import type { PageAnswer, PageRequest } from '../page.ts';
import { texts } from '../texts.ts';

/** The logins that are open, and buttons that end them. */
export function showSessions(request: PageRequest): PageAnswer {
  const { sessions, login, now } = request;
  const rows = (sessions?.list() ?? []).map(({ name, address, way, opened }) => ({
    ...{ name, address, own: name === login.session },
    way: texts.login.ways[way],
    opened: timeView(opened, now),
  }));
  const data = { rows };
  return { kind: 'page', view: 'sessions', title: texts.login.sessions, tab: null, data };
}

/** Ends one session. */
export function revokeSession(request: PageRequest): PageAnswer {
  request.sessions?.revoke(request.form('name'));
  return { kind: 'redirect', to: '/sessions' };
}

/** Ends all sessions, this one too. */
export function revokeSessions(request: PageRequest): PageAnswer {
  request.sessions?.revokeAll();
  return { kind: 'redirect', to: '/' };
}
