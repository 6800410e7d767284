import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { PolicyError } from '../../src/core/errors.ts';
import { createWebApp } from '../../src/web/app.ts';
import { listenOn, type Listening } from '../../src/system/listen.ts';
import { FakeAgent } from '../support/fake-agent.ts';
import { setClock, webParts } from '../support/web-page.ts';

const USER = { 'X-TS-User': 'admin', 'X-TS-Address': '192.0.2.7' };
const BASE = { 'X-TS-Base': '/threatstop/index.php?p=' };

describe('web behind a relay', () => {
  let dir: string;
  let agent: FakeAgent;
  let listening: Listening;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ts-relay-'));
    agent = new FakeAgent();
    const app = createWebApp(agent, { access: 'relay', clock: setClock(), ...webParts() });
    listening = await listenOn(app, { socketPath: join(dir, 'page.sock') });
  });
  afterEach(async () => {
    await listening.close();
    await rm(dir, { recursive: true });
  });

  async function ask(path: string, headers: Record<string, string>, form?: Record<string, string>) {
    const body = form === undefined ? null : new URLSearchParams(form).toString();
    const sent = httpRequest({
      socketPath: listening.address,
      path,
      method: body === null ? 'GET' : 'POST',
      headers: {
        host: 'relay',
        ...headers,
        ...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    sent.end(body ?? undefined);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, html: await readText(answer) };
  }

  it('gives the body only, in Bootstrap 3 markup, without session and token', async () => {
    const { status, headers, html } = await ask('/', USER);
    assert.equal(status, 200);
    assert.equal(headers['set-cookie'], undefined);
    assert.doesNotMatch(html, /<html|<body|<head|<title|name="csrf"|\/logout/);
    assert.match(html, /panel panel-default[^]*table table-striped[^]*btn btn-default/);
  });

  it('no red button asks twice: pfSense’s own script asks at each that does not say otherwise', async () => {
    for (const path of ['/', '/device/remove']) {
      const red = (await ask(path, USER)).html.match(/class="btn btn-danger[^"]*"/g) ?? [];
      assert.deepEqual(
        red.filter((button) => !button.includes('no-confirm')),
        [],
      );
      assert.equal(red.length > 0, path === '/device/remove');
    }
  });

  it('every form has a method, as pfSense’s own script expects', async () => {
    for (const path of ['/', '/lookup', '/device/remove']) {
      const forms = (await ask(path, USER)).html.match(/<form[^>]*>/g) ?? [];
      assert.ok(forms.length > 0);
      for (const form of forms) assert.match(form, / method="(get|post)"/);
    }
  });

  it('names the relay’s user and address in the activity', async () => {
    await ask('/protection/disable', USER, {});
    await ask('/protection/enable', { 'X-TS-User': 'bob', 'X-TS-Address': 'no address' }, {});
    assert.deepEqual(agent.calls, [
      { method: 'disable', args: ['page:admin@192.0.2.7'] },
      { method: 'enable', args: ['page:bob', { confirmWithin: 60 }] },
    ]);
  });

  it('refuses a request that names no user', async () => {
    const { status, html } = await ask('/protection/disable', {}, {});
    assert.equal(status, 403);
    assert.match(html, /names no user/);
    assert.deepEqual(agent.calls, []);
  });

  it('a user who may only look gets no buttons and cannot act', async () => {
    const look = { ...USER, 'X-TS-Read-Only': '1' };
    assert.doesNotMatch((await ask('/', look)).html, /method="post"|\/device\/remove/);
    assert.equal((await ask('/protection/disable', look, {})).status, 403);
    assert.deepEqual(agent.calls, []);
  });

  it('every address goes through the base', async () => {
    const { html } = await ask('/', { ...USER, ...BASE });
    const addresses = [...html.matchAll(/ (?:href|src|action|hx-get|hx-post)="([^"]*)"/g)].map(
      (m) => m[1]!,
    );
    assert.ok(addresses.length > 10);
    for (const address of addresses) {
      if (address === '/threatstop/index.php' || address.startsWith('#ts-')) continue;
      assert.ok(address.startsWith('/threatstop/index.php?p=/'), address);
    }
    assert.match(
      html,
      /action="\/threatstop\/index\.php"[^>]*>\s*<input type="hidden" name="p" value="\/lookup">/,
    );
  });

  it('leads back through the base after an action', async () => {
    const plain = await ask('/policy/update', { ...USER, ...BASE }, {});
    assert.equal(plain.status, 303);
    assert.match(plain.headers.location ?? '', /^\/threatstop\/index\.php\?p=\/&notice=[\w-]+$/);
    const htmx = await ask('/policy/update', { ...USER, ...BASE, 'HX-Request': 'true' }, {});
    assert.equal(htmx.headers['hx-replace-url'], '/threatstop/index.php?p=/');
  });

  it('refuses a base that leads elsewhere', async () => {
    assert.equal((await ask('/', { ...USER, 'X-TS-Base': '//evil.example' })).status, 400);
  });

  it('never answers with a status whose body nginx on pfSense replaces', async () => {
    agent.failure = new PolicyError('no answer');
    assert.equal((await ask('/policy/update', USER, {})).status, 409);
    agent.failure = new TypeError('bug');
    assert.equal((await ask('/policy/update', USER, {})).status, 400);
    assert.equal((await ask('/nothing', USER)).status, 400);
    assert.equal((await ask('/login?token=x', USER)).status, 400);
    assert.equal((await ask('/logout', USER, {})).status, 400);
  });
});
