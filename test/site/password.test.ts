import assert from 'node:assert/strict';
import { SettingsError } from '../../src/core/errors.ts';
import { createPassword } from '../../src/site/password.ts';
import { logIn, startPage, type WebPage } from '../support/web-page.ts';

const RIGHT = 'correct horse battery';

function memoryPassword() {
  const kept: { hash: string | null } = { hash: null };
  const password = createPassword({
    load: () => Promise.resolve(kept.hash),
    save: (hash) => {
      kept.hash = hash;
      return Promise.resolve();
    },
  });
  return { kept, password };
}

describe('site/password', () => {
  it('matches what was set and nothing else, and is kept as a salted hash', async () => {
    const { kept, password } = memoryPassword();
    assert.equal(await password.matches(''), false);
    await password.set(RIGHT);
    assert.match(kept.hash ?? '', /^scrypt\$[0-9a-f]{32}\$[0-9a-f]{64}$/);
    const first = kept.hash;
    assert.deepEqual(
      await Promise.all(
        [RIGHT, `${RIGHT} `, '', 'x'.repeat(500)].map((one) => password.matches(one)),
      ),
      [true, false, false, false],
    );
    await password.set(RIGHT);
    assert.notEqual(kept.hash, first);
  });

  it('a damaged hash opens nothing', async () => {
    const { kept, password } = memoryPassword();
    for (const hash of ['', 'x', 'scrypt$$']) {
      kept.hash = hash;
      assert.equal(await password.matches(hash), false);
    }
  });

  it('must be 10 characters or more', async () => {
    await assert.rejects(memoryPassword().password.set('short'), SettingsError);
  });
});

describe('web login by password', () => {
  let page: WebPage;
  const { password } = memoryPassword();

  before(() => password.set(RIGHT));
  beforeEach(async () => {
    page = await startPage({ password });
  });
  afterEach(() => page.close());

  const send = (text: string, headers = {}) =>
    fetch(`${page.address}/login`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ password: text }),
      redirect: 'manual',
    });

  it('opens a session for the right one', async () => {
    const html = await (await fetch(page.address)).text();
    assert.match(html, /type="password"[^>]*name="password"/);
    const answer = await send(RIGHT);
    assert.equal(answer.status, 303);
    assert.match(answer.headers.get('set-cookie') ?? '', /HttpOnly; SameSite=Strict/);
    assert.equal(page.sessions.list()[0]?.way, 'password');
  });

  it('is refused from another site, and when it is wrong', async () => {
    assert.equal((await send(RIGHT, { origin: 'https://evil.example' })).status, 403);
    const wrong = await send('wrong password');
    assert.equal(wrong.status, 403);
    assert.match(await wrong.text(), /not the password/);
    assert.deepEqual(page.sessions.list(), []);
  });

  it('after ten wrong ones, also at once, nothing is tried for a minute', async () => {
    const answers = await Promise.all(Array.from({ length: 14 }, () => send('wrong password')));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 403).length, 10);
    assert.equal((await send(RIGHT)).status, 429);
    page.clock.time += 60_000;
    assert.equal((await send(RIGHT)).status, 303);
  });

  it('a page without a password asks for none', async () => {
    const other = await startPage();
    const html = await (await fetch(other.address)).text();
    const answer = await fetch(`${other.address}/login`, {
      method: 'POST',
      body: new URLSearchParams({ password: '' }),
    });
    await other.close();
    assert.doesNotMatch(html, /type="password"/);
    assert.equal(answer.status, 403);
  });

  it('open sessions are listed, one of them or all can be ended, and names open nothing', async () => {
    const visitor = await logIn(page);
    await send(RIGHT);
    const html = await (await visitor.get('/sessions')).text();
    assert.match(html, /password[^]*login link[^]*this browser/);
    const name = /name="name" value="([^"]+)"/.exec(html)?.[1] ?? '';
    assert.equal(page.sessions.find(name), null);
    await visitor.post('/sessions/revoke', { name });
    assert.deepEqual(
      page.sessions.list().map(({ way }) => way),
      ['link'],
    );
    await visitor.post('/sessions/revoke-all');
    assert.equal((await visitor.get('/')).status, 401);
  });
});
