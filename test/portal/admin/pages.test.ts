import assert from 'node:assert/strict';
import { removeAdmin, setAdminPassword } from '../../../src/portal/model/admins.ts';
import type { Portal } from '../../../src/portal/portal.ts';
import { createPasswords } from '../../../src/site/password.ts';
import {
  ADMIN,
  ask,
  logInAdmin,
  makeAdmin,
  tryLogin,
  type AdminVisitor,
} from '../../support/admin-site.ts';
import { startPortal } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PAGES = [
  ...['/', '/fleet', '/fleet?health=silent', '/reports', '/reports?days=1', '/alarms'],
  ...['/alarms/add-webhook', '/alarms/add-mail'],
  ...['/devices', '/devices/add', '/access', '/access/add', '/access/mode'],
  ...['/policies', '/policies/add', '/policies/basic', '/policies/basic/remove'],
  ...['/feeds', '/feeds/add', '/feeds/add?catalogue=spamhaus-drop', '/lists', '/lists/add'],
  ...['/lists/test-indicator', '/servers', '/servers/add', '/keys', '/keys/add'],
  ...['/audit', '/audit?q=policy', '/account', '/account/password'],
];

describe('the admin pages of a portal', () => {
  const folder = temporaryFolder();
  let portal: Portal;
  let address: string;
  let ann: AdminVisitor;

  beforeEach(async () => {
    portal = await startPortal(folder());
    await makeAdmin(portal);
    address = portal.addresses.adminUrl;
    ann = await logInAdmin(address);
  });
  afterEach(() => portal.close());

  describe('login', () => {
    it('says how to make an administrator while there is none', async () => {
      removeAdmin({ ...portal, actor: 'test' }, ADMIN.name);
      const { status, body } = await ask(address);
      assert.equal(status, 200);
      assert.match(body, /ts-portal admin add NAME/);
    });

    it('opens a session by a cookie for this host alone', async () => {
      const { status, headers } = await tryLogin(address, ADMIN.password);
      assert.equal(status, 303);
      assert.match(
        headers['set-cookie']?.[0] ?? '',
        /^__Host-ts_portal=[\w-]{43}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
      );
    });

    it('refuses a wrong password and an unknown name with the same words, and too many tries', async () => {
      const wrong = await tryLogin(address, 'not the password');
      const unknown = await tryLogin(address, ADMIN.password, 'bob');
      assert.deepEqual([wrong.status, unknown.status], [403, 403]);
      assert.equal(wrong.body, unknown.body);
      for (let tries = 2; tries < 10; tries += 1) await tryLogin(address, `wrong ${tries}`, 'x');
      assert.equal((await tryLogin(address, ADMIN.password)).status, 429);
    });

    it('shows no page and does nothing without a session', async () => {
      for (const path of PAGES.slice(1)) {
        const { status, body } = await ask(address + path);
        assert.equal(status, 401, path);
        assert.doesNotMatch(body, /ts-tabs/);
      }
      const sent = await ask(`${address}/keys/add`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'name=mine&scope=devices:read',
      });
      assert.equal(sent.status, 401);
      assert.deepEqual(portal.store.apiKeys.all(), []);
    });

    it('ends a session by logging out; what was sent with it does nothing any more', async () => {
      assert.equal((await ann.get('/devices')).status, 200);
      await ann.post('/logout');
      assert.equal((await ann.get('/devices')).status, 401);
      assert.equal((await ann.post('/devices/add', [['nickname', 'fw1']])).status, 401);
      assert.deepEqual(portal.devices(), []);
    });

    it('ends all sessions with another password, and with the administrator', async () => {
      const change = { ...portal, actor: 'test' };
      setAdminPassword(change, ADMIN.name, await createPasswords().hash('another password'));
      assert.equal((await ann.get('/devices')).status, 401);
      assert.equal((await tryLogin(address, ADMIN.password)).status, 403);
      assert.equal((await tryLogin(address, 'another password')).status, 303);
    });

    it('lets an administrator change the own password only with the old one', async () => {
      const wrong = await ann.post('/account/password', [
        ['old', 'wrong password'],
        ['new', 'new password 1'],
      ]);
      assert.equal(wrong.status, 422);
      const right = await ann.post('/account/password', [
        ['old', ADMIN.password],
        ['new', 'new password 1'],
      ]);
      assert.equal(right.status, 303);
      assert.equal((await tryLogin(address, 'new password 1')).status, 303);
    });
  });

  describe('requests that are not ours', () => {
    const device: readonly [string, string][] = [['nickname', 'fw1']];

    it('are refused without the token of the session, or with that of another', async () => {
      const other = await logInAdmin(address);
      for (const token of ['', 'wrong', other.csrf]) {
        const { status } = await ask(`${address}/devices/add`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: ann.cookie },
          body: new URLSearchParams([['csrf', token], ...device]).toString(),
        });
        assert.equal(status, 403);
      }
      assert.deepEqual(portal.devices(), []);
    });

    it('are refused from another origin, another site, and under another host name', async () => {
      const headers = [
        [{ origin: 'https://evil.example' }, 403],
        [{ 'sec-fetch-site': 'cross-site' }, 403],
        [{ host: 'rebound.example' }, 421],
      ] as const;
      for (const [header, status] of headers) {
        assert.equal((await ann.post('/devices/add', device, header)).status, status);
      }
      assert.deepEqual(portal.devices(), []);
    });

    it('are refused with another type of body or method', async () => {
      const json = await ann.post('/devices/add', device, { 'content-type': 'application/json' });
      assert.equal(json.status, 415);
      const { status } = await ask(`${address}/devices`, { method: 'DELETE' });
      assert.equal(status, 405);
    });
  });

  it('every page is served with the security headers and without an inline script or style', async () => {
    for (const path of PAGES) {
      const { status, headers, body } = await ann.get(path);
      assert.equal(status, 200, path);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.equal(headers['cache-control'] ?? '', 'no-store');
      assert.doesNotMatch(body, /<script>|<style|\sstyle=|\son[a-z]+=/, path);
      assert.match(body, /<h1/, path);
    }
  });

  it('shows hostile text as text', async () => {
    const change = { ...portal, actor: 'test' };
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
    await ann.post('/lists/add', [
      ['name', 'mine'],
      ['text', '203.0.113.9'],
      ['note', hostile],
    ]);
    await ann.post('/lists/add', [
      ['name', hostile],
      ['text', `${hostile}\n203.0.113.9`],
    ]);
    const bad = await ann.post('/lists/add', [
      ['name', 'other'],
      ['text', `203.0.113.9\n${hostile}`],
      ['note', hostile],
    ]);
    assert.equal(bad.status, 422);
    portal.addDevice({ note: hostile });
    portal.store.problems.open({
      ...{ code: 'feed-failed', subject: 'x', severity: 'error', message: hostile },
      ...{ remedy: hostile, since: change.clock.now() },
    });
    const id = portal.devices()[0]?.id ?? '';
    const search = `/audit?q=${encodeURIComponent(hostile)}`;
    const pages = ['/', '/lists', '/lists/mine', `/devices/${id}`, '/audit', search];
    const bodies = await Promise.all(pages.map(async (path) => (await ann.get(path)).body));
    for (const body of [...bodies, bad.body]) {
      assert.match(body, /&lt;script&gt;/);
      assert.doesNotMatch(body, /<script>|<img/);
    }
  });

  describe('devices', () => {
    it('a new one is shown with its key and its command, once', async () => {
      const { status, body } = await ann.post('/devices/add', [
        ['nickname', 'fw1'],
        ['policy', 'basic'],
        ['ip_type', 'static'],
        ['integration', 'auto'],
        ['address', '203.0.113.50'],
        ['upload_interval', '600'],
      ]);
      assert.equal(status, 200);
      const [device] = portal.devices();
      const key = portal.store.devices.keyOf(device?.id ?? '') ?? '';
      assert.equal(device?.nickname, 'fw1');
      assert.deepEqual(device.settings, { upload_interval: '600' });
      assert.ok(body.includes(`--auto_key=${key}`.replaceAll('=', '&#61;')) || body.includes(key));
      assert.match(body, /tsadmin add --type=auto --device_id=tdid_/);
      for (const path of ['/devices', `/devices/${device.id}`, '/audit', '/']) {
        assert.ok(!(await ann.get(path)).body.includes(key), path);
      }
    });

    it('says which setting cannot be used, and keeps what was typed', async () => {
      const { id } = portal.addDevice({ nickname: 'fw1' });
      const { status, body } = await ann.post(`/devices/${id}`, [
        ['nickname', 'fw2'],
        ['policy', 'basic'],
        ['ip_type', 'static'],
        ['integration', 'auto'],
        ['upload_interval', 'often'],
      ]);
      assert.equal(status, 422);
      assert.match(body, /value="often"/);
      assert.match(body, /value="fw2"/);
      assert.equal(portal.device(id)?.nickname, 'fw1');
    });

    it('a retired one gets nothing any more', async () => {
      const { id } = portal.addDevice({ nickname: 'fw1' });
      assert.equal((await ann.get(`/devices/${id}/retire`)).status, 200);
      assert.equal((await ann.post(`/devices/${id}/retire`)).status, 303);
      assert.equal(portal.store.devices.keyOf(id), null);
      assert.equal((await ann.get(`/devices/${id}`)).status, 404);
    });
  });

  describe('policies and lists', () => {
    it('names every bad line of a list, and takes nothing of it', async () => {
      const lines = Array.from({ length: 300 }, (_, at) => `203.0.113.${at % 256}`);
      lines[211] = 'junk';
      const { status, body } = await ann.post('/lists/add', [
        ['name', 'mine'],
        ['text', lines.join('\n')],
      ]);
      assert.equal(status, 422);
      assert.match(body, /line 212: /);
      assert.equal(portal.store.sources.get('mine'), null);
    });

    it('takes a list as a file', async () => {
      const form = new FormData();
      form.set('csrf', ann.csrf);
      form.set('name', 'mine');
      form.set('text', '');
      form.set('file', new Blob(['203.0.113.0/25\n# mine\n2001:db8::/32\n']), 'list.txt');
      const request = new Request(`${address}/lists/add`, { method: 'POST', body: form });
      const { status } = await ask(request.url, {
        method: 'POST',
        headers: { cookie: ann.cookie, 'content-type': request.headers.get('content-type') ?? '' },
        body: new Uint8Array(await request.arrayBuffer()),
      });
      assert.equal(status, 303);
      assert.equal(portal.store.sources.get('mine')?.entries, 2);
      const file = await ann.get('/lists/mine/entries.txt');
      assert.equal(file.body, '203.0.113.0/25\n2001:db8::/32\n');
    });

    it('previews other sources without a change, and publishes them', async () => {
      await ann.post('/lists/add', [
        ['name', 'mine'],
        ['text', '203.0.113.1\n203.0.113.200'],
      ]);
      const fields = [
        ...portal.store.policies.get('basic')!.block.map((name) => ['block', name] as const),
        ['block', 'mine'],
        ['publish', 'manual'],
      ] as const;
      const before = portal.store.zone.serial();
      const preview = await ann.post('/policies/basic', [...fields, ['do', 'preview']]);
      assert.match(preview.body, /block \+1 −0/);
      assert.match(preview.body, /Is met by/);
      assert.ok(!portal.store.policies.get('basic')?.block.includes('mine'));
      const published = await ann.post('/policies/basic', [...fields, ['do', 'publish']]);
      assert.equal(published.status, 303);
      assert.notEqual(portal.store.zone.serial(), before);
      const [entry] = portal.store.audit.search('policy publish', 1);
      assert.match(entry?.actor ?? '', /^page:ann@127\.0\.0\.1$/);
    });
  });

  it('the audit log is searched and turned page by page', async () => {
    for (let count = 0; count < 60; count += 1) portal.addDevice({ nickname: `fw${count}` });
    const first = await ann.get('/audit?q=device+add');
    assert.equal(first.body.match(/<td data-label="What"/g)?.length, 50);
    const older = /href="(\/audit[^"]+)"[^>]*>Older/
      .exec(first.body)?.[1]
      ?.replaceAll('&amp;', '&');
    const second = await ann.get(older ?? '');
    assert.equal(second.body.match(/<td data-label="What"/g)?.length, 10);
    assert.doesNotMatch(second.body, />Older</);
  });

  it('the zone is a file for a name server', async () => {
    const { status, body, headers } = await ann.get('/servers/zone.db');
    assert.equal(status, 200);
    assert.match(
      headers['content-disposition'] ?? '',
      /attachment; filename="?threatstop\.local\.db/,
    );
    assert.match(body, /^\$ORIGIN threatstop\.local\./);
  });

  it('gives a session of its own to who logs in, whatever the browser brought', async () => {
    const planted = `__Host-ts_portal=${'x'.repeat(43)}`;
    const login = (cookie: string) =>
      ask(`${address}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
        body: new URLSearchParams({ name: ADMIN.name, password: ADMIN.password }).toString(),
      });
    const given = (await login(planted)).headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    assert.match(given, /^__Host-ts_portal=[\w-]{43}$/);
    assert.notEqual(given, planted);
    assert.equal((await ask(`${address}/devices`, { headers: { cookie: planted } })).status, 401);
    // Another login in the same browser ends the session from before.
    await login(given);
    assert.equal((await ask(`${address}/devices`, { headers: { cookie: given } })).status, 401);
  });

  it('has a line in the audit log for each change, by whom and from where', async () => {
    const { id } = portal.addDevice({ nickname: 'fw0' });
    const target = [
      ['name', 'ops'],
      ['server', 'smtp://127.0.0.1:1'],
      ['from', 'a@example.net'],
      ['to', 'b@example.net'],
      ['severity', 'error'],
      ['password', 'pw-secret'],
    ] as const;
    const hook = [
      ['name', 'chat'],
      ['url', 'https://chat.example.net/secret-path'],
      ['severity', 'warning'],
      ['secret', 'own-secret'],
    ] as const;
    const steps: readonly (readonly [string, readonly (readonly [string, string])[], string])[] = [
      [
        '/lists/add',
        [
          ['name', 'ours'],
          ['text', '203.0.113.7'],
        ],
        'list add',
      ],
      ['/lists/ours', [['text', '203.0.113.8']], 'list edit'],
      [
        '/feeds/add',
        [
          ['name', 'news'],
          ['url', 'https://feeds.example/x'],
          ['format', 'plain'],
          ['hours', '0'],
          ['shrink', '50'],
          ['growth', '300'],
        ],
        'feed add',
      ],
      [
        '/feeds/news',
        [
          ['url', 'https://feeds.example/y'],
          ['format', 'plain'],
          ['hours', '0'],
          ['shrink', '50'],
          ['growth', '300'],
        ],
        'feed edit',
      ],
      ['/feeds/news/remove', [], 'feed remove'],
      [
        '/policies/add',
        [
          ['name', 'office'],
          ['block', 'ours'],
          ['publish', 'manual'],
        ],
        'policy add',
      ],
      [
        '/policies/office',
        [
          ['block', 'ours'],
          ['publish', 'manual'],
          ['note', 'x'],
          ['do', 'save'],
        ],
        'policy edit',
      ],
      ['/policies/office/publish', [], 'policy publish'],
      ['/policies/office/remove', [], 'policy remove'],
      ['/lists/ours/remove', [], 'list remove'],
      [
        '/devices/add',
        [
          ['nickname', 'fw1'],
          ['policy', 'basic'],
          ['ip_type', 'static'],
          ['integration', 'auto'],
        ],
        'device add',
      ],
      [
        `/devices/${id}`,
        [
          ['nickname', 'fw2'],
          ['policy', 'basic'],
          ['ip_type', 'static'],
          ['integration', 'auto'],
        ],
        'device edit',
      ],
      [`/devices/${id}/key`, [], 'device key'],
      [`/devices/${id}/retire`, [], 'device retire'],
      ['/access/mode', [['mode', 'signed']], 'access mode'],
      ['/access/add', [['prefix', '203.0.113.0/24']], 'access allow'],
      ['/access/remove', [['prefix', '203.0.113.0/24']], 'access remove'],
      ['/alarms/add-mail', target, 'alarm set'],
      ['/alarms/ops', target.filter(([name]) => name !== 'password'), 'alarm set'],
      ['/alarms/add-webhook', hook, 'alarm set'],
      ['/alarms/chat', [['severity', 'error']], 'alarm set'],
      ['/alarms/chat/remove', [], 'alarm remove'],
      [
        '/servers/add',
        [
          ['name', 'ns1'],
          ['address', '203.0.113.53'],
          ['port', '53'],
        ],
        'secondary add',
      ],
      ['/servers/ns1/remove', [], 'secondary remove'],
      [
        '/keys/add',
        [
          ['name', 'image'],
          ['scope', 'devices:write'],
        ],
        'key add',
      ],
      ['/keys/image/remove', [], 'key remove'],
    ];
    for (const [path, fields, action] of steps) {
      const { status, body } = await ann.post(path, fields);
      assert.ok(status === 200 || status === 303, `${path}: ${status} ${body.slice(0, 2_000)}`);
      const [entry] = portal.store.audit.latest(1);
      assert.equal(entry?.action, action, path);
      assert.equal(entry.actor, 'page:ann@127.0.0.1', path);
    }
    const { config } = portal.store.alarms.get('ops') ?? {};
    assert.ok(config !== undefined && 'password' in config && config.password === 'pw-secret');
    assert.doesNotMatch(
      JSON.stringify(portal.store.audit.latest(100)),
      /pw-secret|own-secret|secret-path/,
    );
  });
});
