/** The admin site of a real portal over HTTPS, and a browser's part of HTTP. */
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { createPasswords } from '../../src/site/password.ts';
import { addAdmin } from '../../src/portal/model/admins.ts';
import type { Portal } from '../../src/portal/portal.ts';

/** Name and password of the administrator of tests. */
export const ADMIN = { name: 'ann', password: 'correct horse battery' };

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request to a portal; its certificate is taken as it is. */
export function ask(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array;
  } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const agent = new Agent({ rejectUnauthorized: false });
    const sent = httpsRequest(url, { method, headers, agent }, (response) => {
      text(response)
        .then((found) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: found,
          }),
        )
        .catch(reject)
        .finally(() => agent.destroy());
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Makes {@link ADMIN}. */
export async function makeAdmin({ store, clock }: Portal): Promise<void> {
  const hash = await createPasswords().hash(ADMIN.password);
  addAdmin({ store, clock, actor: 'test' }, ADMIN.name, hash);
}

/** A logged-in administrator, as far as HTTP goes. */
export interface AdminVisitor {
  readonly cookie: string;
  readonly csrf: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends the fields and the session's token. Redirects are not followed. */
  post(
    path: string,
    fields?: readonly (readonly [string, string])[],
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends the login form. */
export function tryLogin(address: string, password: string, name = ADMIN.name): Promise<Answer> {
  const body = new URLSearchParams({ name, password }).toString();
  return ask(`${address}/login`, { method: 'POST', headers: FORM, body });
}

/** Logs {@link ADMIN} in. */
export async function logInAdmin(address: string): Promise<AdminVisitor> {
  const login = await tryLogin(address, ADMIN.password);
  const cookie = (login.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? '';
  const get: AdminVisitor['get'] = (path, headers = {}) =>
    ask(address + path, { headers: { cookie, ...headers } });
  const csrf = /name="csrf" value="([^"]+)"/.exec((await get('/')).body)?.[1] ?? '';
  return {
    cookie,
    csrf,
    get,
    post: (path, fields = [], headers = {}) =>
      ask(address + path, {
        method: 'POST',
        headers: { ...FORM, cookie, ...headers },
        body: encode([['csrf', csrf], ...fields]),
      }),
  };
}

function encode(fields: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(
    fields.map(([name, value]): [string, string] => [name, value]),
  ).toString();
}
