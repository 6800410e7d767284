import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { HTMX, logIn, startPage } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

describe('web/security', () => {
  const { page, visitor } = visitedPage({ hosts: ['Firewall.example'] });

  /** A request with headers that `fetch` would not let through. */
  async function raw(
    path: string,
    headers: Record<string, string>,
    method = 'GET',
  ): Promise<IncomingMessage> {
    const sent = httpRequest(page.address + path, { method, headers });
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    return answer;
  }

  describe('login', () => {
    it('a link opens a session by a cookie that scripts and other sites do not get', async () => {
      const answer = await fetch(page.logins.issueLink(page.address), { redirect: 'manual' });
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.get('location'), '/');
      const cookie = answer.headers.get('set-cookie') ?? '';
      assert.match(
        cookie,
        /^ts_session=[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
      );
    });

    it('a link that was used does not open a second session', async () => {
      const link = page.logins.issueLink(page.address);
      await fetch(link, { redirect: 'manual' });
      const again = await fetch(link, { redirect: 'manual' });
      assert.equal(again.status, 403);
      assert.equal(again.headers.get('set-cookie'), null);
      assert.match(await again.text(), /does not work/);
    });

    it('a preview of a link by HEAD does not use it up', async () => {
      const link = page.logins.issueLink(page.address);
      assert.equal((await fetch(link, { method: 'HEAD', redirect: 'manual' })).status, 403);
      assert.equal((await fetch(link, { redirect: 'manual' })).status, 303);
    });

    it('after ten wrong links the next is refused for a minute, even a right one', async () => {
      for (let i = 0; i < 10; i++) {
        assert.equal((await fetch(`${page.address}/login?token=wrong`)).status, 403);
      }
      const link = page.logins.issueLink(page.address);
      assert.equal((await fetch(link, { redirect: 'manual' })).status, 429);
      page.clock.time += 60_000;
      assert.equal((await fetch(link, { redirect: 'manual' })).status, 303);
    });

    it('without a session every page says how to get a link, and no action is done', async () => {
      for (const path of [
        '/',
        '/status',
        '/lookup',
        '/activity',
        '/device/add',
        '/device/remove',
      ]) {
        const answer = await fetch(page.address + path);
        assert.equal(answer.status, 401, path);
        const html = await answer.text();
        assert.match(html, /login link/);
        assert.doesNotMatch(html, /tdid_abcd1234/);
      }
      const post = await fetch(`${page.address}/policy/update`, { method: 'POST' });
      assert.equal(post.status, 401);
      assert.deepEqual(page.agent.calls, []);
    });

    it('how to get a link can be said by the platform', async () => {
      const other = await startPage({ loginHint: 'Run "tsadmin <page>".' });
      const html = await (await fetch(other.address)).text();
      await other.close();
      assert.match(html, /Run &#34;tsadmin &lt;page&gt;&#34;\./);
    });

    it('a polling page whose session has ended is loaded anew', async () => {
      page.clock.time += 12 * 3_600_000;
      const answer = await visitor.get('/status', HTMX);
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('hx-refresh'), 'true');
    });

    it('logging out ends the session on the server', async () => {
      const out = await visitor.post('/logout');
      assert.equal(out.status, 200);
      assert.match(out.headers.get('set-cookie') ?? '', /ts_session=;.*1970/);
      assert.equal((await visitor.get('/')).status, 401);
    });
  });

  describe('form token', () => {
    const cases = [
      ['missing', ''],
      ['wrong', 'x'.repeat(43)],
      ['of another length', 'x'],
    ] as const;
    for (const [name, csrf] of cases) {
      it(`one that is ${name} is refused and nothing is done`, async () => {
        const answer = await visitor.post('/protection/disable', { csrf });
        assert.equal(answer.status, 403);
        assert.match(await answer.text(), /out of date/);
        assert.deepEqual(page.agent.calls, []);
      });
    }

    it('of another session is refused', async () => {
      const other = await logIn(page);
      const answer = await visitor.post('/protection/disable', { csrf: other.csrf });
      assert.equal(answer.status, 403);
      assert.deepEqual(page.agent.calls, []);
    });
  });

  describe('host', () => {
    it('names of loopback and configured names are served', async () => {
      const { port } = new URL(page.address);
      const hosts = [
        'localhost',
        '127.0.0.1',
        '127.9.9.9:1',
        '[::1]:80',
        `LOCALHOST:${port}`,
        'firewall.example',
      ];
      for (const host of hosts) {
        assert.equal((await raw('/login', { host })).statusCode, 200, host);
      }
    });

    it('any other name is refused, assets too', async () => {
      const hosts = [
        'evil.example',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        '127.0.0.1@evil.example',
        '10.0.0.1',
        '[::2]',
        'a b',
        'localhost:x',
      ];
      for (const host of hosts) {
        for (const path of ['/', '/assets/page.js']) {
          assert.equal((await raw(path, { host, cookie: visitor.cookie })).statusCode, 421, host);
        }
      }
    });
  });

  describe('origin', () => {
    const refused: readonly Record<string, string>[] = [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of refused) {
      it(`a POST with ${JSON.stringify(headers)} is refused and nothing is done`, async () => {
        const answer = await visitor.post('/protection/disable', {}, headers);
        assert.equal(answer.status, 403);
        assert.deepEqual(page.agent.calls, []);
      });
    }

    it('a POST of the page itself is taken', async () => {
      const headers = { origin: page.address, 'sec-fetch-site': 'same-origin' };
      assert.equal((await visitor.post('/protection/disable', {}, headers)).status, 303);
    });

    it('another site may link to the page, but not embed it', async () => {
      const site = { 'sec-fetch-site': 'cross-site', cookie: visitor.cookie };
      assert.equal((await raw('/', { ...site, 'sec-fetch-mode': 'navigate' })).statusCode, 200);
      assert.equal((await raw('/', { ...site, 'sec-fetch-mode': 'no-cors' })).statusCode, 403);
    });
  });

  describe('requests', () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      it(`${method} is refused`, async () => {
        const answer = await raw('/', { cookie: visitor.cookie }, method);
        assert.equal(answer.statusCode, 405);
        assert.equal(answer.headers.allow, 'GET, HEAD, POST');
      });
    }

    it('GET of an action does not do it', async () => {
      assert.equal((await visitor.get('/protection/disable')).status, 404);
      assert.deepEqual(page.agent.calls, []);
    });

    it('a body that is no plain form is refused', async () => {
      const answer = await fetch(`${page.address}/policy/update`, {
        method: 'POST',
        headers: { cookie: visitor.cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ csrf: visitor.csrf }),
      });
      assert.equal(answer.status, 415);
      assert.deepEqual(page.agent.calls, []);
    });

    it('a form above 64 kB is refused', async () => {
      const answer = await visitor.post('/policy/update', { more: 'x'.repeat(65 * 1024) });
      assert.equal(answer.status, 413);
      assert.match(await answer.text(), /too large/);
      assert.deepEqual(page.agent.calls, []);
    });

    it('an unknown path says so', async () => {
      const answer = await visitor.get('/nothing/here');
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), /no such page/);
    });

    it('an asset beside the listed ones is not served', async () => {
      for (const path of [
        '/assets/../package.json',
        '/assets/%2e%2e/package.json',
        '/assets/htmx.js',
      ]) {
        assert.notEqual((await raw(path, {})).statusCode, 200, path);
      }
    });
  });

  it('every answer carries the security headers', async () => {
    const paths = ['/', '/login?token=x', '/nothing', '/assets/page.js'];
    for (const path of paths) {
      const { headers } = await visitor.get(path);
      assert.equal(
        headers.get('content-security-policy'),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'same-origin');
      assert.equal(headers.get('x-powered-by'), null);
      assert.equal(
        headers.get('cache-control'),
        path.startsWith('/assets/') ? 'no-cache' : 'no-store',
      );
    }
  });

  it('an unexpected fault is in the log, not on the page', async () => {
    page.agent.failure = new TypeError('secret detail');
    const answer = await visitor.post('/policy/update');
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret detail/);
    assert.deepEqual(page.errors, ['page: secret detail']);
  });
});
