import { isIP } from 'node:net';
import type { Request } from 'express';
import { actorOf } from '../core/actor.ts';
import { printable } from '../core/errors.ts';
import type { Actor } from '../core/ports.ts';
import { refusal } from './message.ts';
import type { RelayOptions, StandaloneOptions, WebOptions } from './options.ts';
import type { ShownPage } from './page.ts';
import { loginPage } from './pages/login-open.ts';
import { sessionCookie } from './session-cookie.ts';
import { texts } from './texts.ts';
import { isBase } from '../site/urls.ts';

/** Who asks. */
export interface Visitor {
  readonly actor: Actor;
  /** Token that every form must carry; null behind a relay, which has its own. */
  readonly csrf: string | null;
  readonly readOnly: boolean;
  /** What stands before our paths. */
  readonly base: string;
}

/** A visitor, or the page for somebody who is none. */
export type Identity =
  { readonly visitor: Visitor } | { readonly visitor: null; readonly page: ShownPage };

/** Who asks, by session cookie (standalone) or by the relay's headers. */
export function identify(request: Request, options: WebOptions): Identity {
  return options.access === 'relay'
    ? relayedVisitor(request, options)
    : sessionVisitor(request, options);
}

function sessionVisitor(request: Request, { sessions }: StandaloneOptions): Identity {
  const session = sessions.find(sessionCookie.read(request));
  if (session === null) {
    const { heading, text } = texts.login;
    return { visitor: null, page: loginPage(401, heading, text) };
  }
  const actor = actorOf('page', 'local', addressOf(request));
  return { visitor: { actor, csrf: session.csrf, readOnly: false, base: '' } };
}

/** The browser's address, as far as the connection tells. */
export function addressOf(request: Request): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

function relayedVisitor(request: Request, options: RelayOptions): Identity {
  const user = printable(request.get('x-ts-user') ?? '').slice(0, 64);
  const address = request.get('x-ts-address') ?? '';
  const base = request.get('x-ts-base') ?? options.base ?? '';
  if (user === '') return { visitor: null, page: refusal(403, texts.refused.user) };
  if (!isBase(base)) return { visitor: null, page: refusal(400, texts.refused.base) };
  const actor = actorOf('page', user, isIP(address) === 0 ? '' : address);
  const readOnly = request.get('x-ts-read-only') === '1';
  return { visitor: { actor, csrf: null, readOnly, base } };
}
