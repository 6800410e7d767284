import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_ROUTES, PROBLEM } from '../../../src/portal/api/openapi.ts';
import { misfits, type Schema } from '../../../src/portal/api/schema.ts';
import { SCOPES, addApiKey } from '../../../src/portal/model/api-keys.ts';
import type { Portal } from '../../../src/portal/portal.ts';
import { ask, type Answer } from '../../support/admin-site.ts';
import { startHook } from '../../support/hook.ts';
import { hear, seedHits } from '../../support/portal-fleet.ts';
import { startPortal } from '../../support/portal.ts';

interface Operation {
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

describe('the API of a portal', () => {
  let folder: string;
  let portal: Portal;
  let base: string;
  let key: string;
  let document: OpenApi;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ts-api-'));
    portal = await startPortal(folder);
    base = `${portal.addresses.adminUrl}/v1`;
    const scopes = SCOPES.map(([scope]) => scope);
    key = addApiKey({ ...portal, actor: 'test' }, 'all', scopes).key;
    document = JSON.parse((await ask(`${base}/openapi.json`)).body) as OpenApi;
  });
  after(async () => {
    await portal.close();
    await rm(folder, { recursive: true });
  });

  const raw = (path: string): Promise<Answer> =>
    ask(base + path, { headers: { authorization: `Bearer ${key}` } });
  const hitsOf = async (path: string) =>
    JSON.parse((await call('get', path)).body) as { items: unknown[]; next: string | null };
  const itemsOf = async (path: string) =>
    (await hitsOf(path)).items as readonly Record<string, unknown>[];

  /** A request with the key; the answer must be as the OpenAPI file says. */
  async function call(method: string, path: string, body?: unknown, bearer = key): Promise<Answer> {
    const answer = await ask(base + path, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    checkAnswer(method, path.replace(/\?.*/, ''), answer);
    return answer;
  }

  function checkAnswer(method: string, path: string, answer: Answer): void {
    const isProblem = answer.status >= 400;
    const schema = isProblem ? PROBLEM : schemaOf(method, path, answer.status);
    if (answer.status === 204) return;
    const type = isProblem ? 'application/problem+json' : 'application/json';
    assert.ok(String(answer.headers['content-type']).startsWith(type), answer.body);
    assert.ok(schema !== undefined, `${method} ${path} has no answer in the file`);
    assert.deepEqual(misfits(schema, JSON.parse(answer.body)), [], `${method} ${path}`);
  }

  function schemaOf(method: string, path: string, status: number): Schema | undefined {
    const template = Object.keys(document.paths).find((one) =>
      new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );
    const said = document.paths[template ?? '']?.[method]?.responses[String(status)];
    assert.ok(said !== undefined, `${method} ${path}: ${status} is not in the file`);
    return said.content?.['application/json']?.schema;
  }

  it('has an OpenAPI 3.1 file of all its addresses, for everybody', () => {
    assert.match(document.openapi, /^3\.1\./);
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(
      described.toSorted(),
      API_ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
  });

  it('lets an image register itself: one request, then the device has its settings', async () => {
    const change = { ...portal, actor: 'test' };
    const own = addApiKey(change, 'image', ['devices:write']).key;
    const made = await call('post', '/devices', { nickname: 'fw1', model: 'image 7' }, own);
    assert.equal(made.status, 201);
    const { id, autoKey, command } = JSON.parse(made.body) as Record<string, string>;
    assert.equal(portal.store.devices.keyOf(id ?? ''), autoKey);
    assert.match(command ?? '', /^tsadmin add --type=auto --device_id=tdid_/);
    assert.match(portal.store.audit.latest(1)[0]?.actor ?? '', /^api:image@127\.0\.0\.1$/);
    assert.equal((await call('get', '/policies', undefined, own)).status, 403);
    const seen = await call('get', `/devices/${id ?? ''}`, undefined, own);
    assert.ok(!seen.body.includes(autoKey ?? '-'));
  });

  it('changes and retires devices', async () => {
    const { id } = portal.addDevice({ nickname: 'fw2' });
    const edited = await call('patch', `/devices/${id}`, { note: 'roof' });
    assert.equal((JSON.parse(edited.body) as { note: string }).note, 'roof');
    assert.equal((await call('post', `/devices/${id}/key`)).status, 201);
    assert.equal((await call('delete', `/devices/${id}`)).status, 200);
    assert.equal(portal.store.devices.keyOf(id), null);
    assert.equal((await call('delete', `/devices/${id}`)).status, 404);
  });

  it('makes lists, feeds and policies, publishes, and removes them', async () => {
    assert.equal((await call('put', '/lists/mine', { text: '203.0.113.9\n' })).status, 200);
    const list = JSON.parse((await call('get', '/lists/mine')).body) as { text: string };
    assert.equal(list.text, '203.0.113.9\n');
    assert.equal((await call('post', '/policies', { name: 'own', block: ['mine'] })).status, 201);
    assert.equal((await call('post', '/policies', { name: 'own' })).status, 409);
    assert.equal((await call('post', '/policies/own/publish')).status, 200);
    assert.equal((await call('delete', '/lists/mine')).status, 409);
    assert.equal((await call('patch', '/policies/own', { note: 'x' })).status, 200);
    assert.equal((await call('delete', '/policies/own')).status, 204);
    assert.equal((await call('delete', '/lists/mine')).status, 204);
    const feed = { name: 'news', url: 'https://feeds.example/list.txt', intervalS: 0 };
    assert.equal((await call('post', '/feeds', feed)).status, 201);
    assert.equal((await call('patch', '/feeds/news', { shrink: 10 })).status, 200);
    assert.equal((await call('get', '/feeds/news')).status, 200);
    assert.equal((await call('delete', '/feeds/news')).status, 204);
  });

  it('names every bad line of a list', async () => {
    const { status, body } = await call('put', '/lists/bad', { text: '203.0.113.9\njunk\n' });
    assert.equal(status, 422);
    const { errors } = JSON.parse(body) as { errors: string[] };
    assert.match(errors[0] ?? '', /^line 2: /);
    assert.equal(portal.store.sources.get('bad'), null);
  });

  it('answers page by page', async () => {
    for (let count = 0; count < 5; count += 1) portal.addDevice({ nickname: `page${count}` });
    const found: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await call('get', `/devices?limit=2${next === '' ? '' : `&after=${next}`}`);
      const page = JSON.parse(body) as { items: { id: string }[]; next: string | null };
      found.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    assert.deepEqual(
      found,
      portal.devices().map(({ id }) => id),
    );
    assert.equal((await call('get', '/devices?limit=0')).status, 422);
    assert.equal((await call('get', '/devices?after=nobody')).status, 422);
  });

  it('answers hits, and refuses a question that cannot be used', async () => {
    assert.equal((await call('get', '/hits?days=1')).status, 200);
    assert.equal((await call('get', '/hits?address=junk')).status, 422);
    assert.equal((await call('get', '/hits?after=junk')).status, 422);
    assert.equal((await call('get', '/hits?device=nobody')).status, 404);
  });

  it('answers hits page by page and as CSV, and reports of them', async () => {
    const { id } = portal.addDevice({ nickname: 'hits1' });
    await seedHits(portal, id, 1);
    const all = await hitsOf(`/hits?device=${id}&limit=1000`);
    const paged: unknown[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page = await hitsOf(
        `/hits?device=${id}&limit=100${next === '' ? '' : `&after=${next}`}`,
      );
      paged.push(...page.items);
      next = page.next;
    }
    assert.equal(all.items.length, paged.length);
    assert.deepEqual(paged, all.items);

    const csv = await raw(`/hits?device=${id}&format=csv`);
    assert.match(csv.headers['content-type'] ?? '', /^text\/csv/);
    assert.equal(csv.body.split('\r\n').length, paged.length + 2);
    const out = await hitsOf(`/hits?device=${id}&direction=out&address=10.0.0.0/8&limit=1000`);
    assert.ok(out.items.length > 0 && out.items.length < paged.length);

    const time = await itemsOf(`/reports/time?device=${id}&by=hour`);
    const columns = ['blockedIn', 'blockedOut', 'passedIn', 'passedOut'];
    const sum = time.flatMap((span) => columns.map((column) => Number(span[column])));
    assert.equal(
      sum.reduce((total, count) => total + count, 0),
      paged.length,
    );
    for (const kind of ['addresses', 'ports', 'devices', 'hosts']) {
      const names = await itemsOf(`/reports/top/${kind}?device=${id}&limit=2`);
      assert.ok(names.length > 0 && names.length <= 2, kind);
      assert.match(
        (await raw(`/reports/top/${kind}?format=csv`)).body,
        /^"name","label","hits"\r\n/,
      );
    }
    const [host] = await itemsOf(`/reports/top/hosts?device=${id}`);
    assert.match(String(host?.['name']), /^10\.0\.0\./);
    for (const bad of ['/reports/time?by=year', '/reports/top/ports?limit=0', '/hits?format=xml']) {
      assert.equal((await call('get', bad)).status, 422, bad);
    }
    assert.equal((await raw('/hits?device=nobody&format=csv')).status, 404);
    assert.equal((await call('get', '/devices?format=csv')).status, 422);
  });

  it('answers the fleet, the worst first', async () => {
    const { id } = portal.addDevice({ nickname: 'fleet1' });
    hear(portal, id, { version: '<img src=x onerror=alert(1)>', tables: { block: 'junk' } });
    const { body } = await call('get', '/fleet?limit=1000');
    const fleet = JSON.parse(body) as {
      counts: { all: number };
      items: { id: string; version: string; wanted: { entries: number } | null }[];
    };
    assert.equal(fleet.counts.all, portal.devices().length);
    const device = fleet.items.find((one) => one.id === id);
    assert.deepEqual(
      [device?.version, device?.wanted?.entries],
      ['<img src=x onerror=alert(1)>', 2],
    );
  });

  it('makes and tests alarm targets, and never tells their secrets again', async () => {
    const hook = await startHook();
    const url = `${hook.url}/secret-path`;
    const made = await call('put', '/alarms/targets/chat', { kind: 'webhook', url });
    const { secret = '' } = JSON.parse(made.body) as { secret?: string };
    assert.ok(secret.length > 40);
    const given = await call('put', '/alarms/targets/own', {
      kind: 'webhook',
      url,
      secret: 'mine-own',
    });
    assert.ok(!given.body.includes('mine-own'));
    const mail = {
      kind: 'mail',
      server: 'smtp://127.0.0.1:1',
      from: 'a@example.net',
      to: ['b@example.net'],
    };
    assert.equal(
      (await call('put', '/alarms/targets/ops', { ...mail, password: 'pw-secret' })).status,
      200,
    );
    assert.equal((await call('put', '/alarms/targets/bad', { kind: 'mail' })).status, 422);
    const { body } = await call('get', '/alarms/targets');
    assert.doesNotMatch(body, /secret-path|mine-own|pw-secret/);
    assert.ok(!body.includes(secret));
    assert.equal((await call('post', '/alarms/targets/chat/test')).status, 204);
    assert.deepEqual(hook.events(), ['test']);
    assert.equal((await call('post', '/alarms/targets/ops/test')).status, 409);
    assert.equal((await call('delete', '/alarms/targets/chat')).status, 204);
    assert.equal((await call('post', '/alarms/targets/chat/test')).status, 404);
    const subject = 'news';
    portal.store.problems.open({
      ...{ code: 'feed-failed', subject, severity: 'error', message: 'It failed.' },
      ...{ remedy: 'Look.', since: portal.clock.now() },
    });
    const alarms = await itemsOf('/alarms');
    assert.ok(alarms.some((one) => one['subject'] === subject));
    const log = JSON.stringify(portal.store.audit.search('alarm', 50));
    assert.doesNotMatch(log, /secret-path|mine-own|pw-secret/);
    await hook.close();
  });

  it('previews a policy', async () => {
    await call('put', '/lists/extra', { text: '203.0.113.77\n' });
    const { body } = await call('post', '/policies/basic/preview', { block: ['extra'], allow: [] });
    const preview = JSON.parse(body) as { block: number; limits: { fits: boolean }[] };
    assert.equal(preview.block, 1);
    assert.ok(preview.limits.every(({ fits }) => fits));
    assert.equal((await call('post', '/policies/basic/preview', { block: ['none'] })).status, 409);
  });

  it('keeps each scope to its own', async () => {
    const change = { ...portal, actor: 'test' };
    for (const [scope] of SCOPES) {
      const own = addApiKey(change, `only-${scope.replace(':', '-')}`, [scope]).key;
      for (const route of API_ROUTES.filter(({ method }) => method === 'get')) {
        const { status } = await ask(base + route.path.replaceAll(/[{}]/g, ''), {
          headers: { authorization: `Bearer ${own}` },
        });
        const may = route.scope === scope || route.scope === scope.replace(':write', ':read');
        assert.equal(status === 403, !may, `${scope} ${route.path}: ${status}`);
      }
    }
  });

  it('refuses bodies that do not fit, each member named', async () => {
    const { status, body } = await call('post', '/devices', { nickname: 7, key: 'x' });
    assert.equal(status, 422);
    const { errors } = JSON.parse(body) as { errors: string[] };
    assert.deepEqual(errors, ['/nickname is no string', '/key is not known']);
    for (const bad of ['null', '[]', '"x"', '{"__proto__":{"nickname":"x"}}']) {
      const answer = await ask(`${base}/devices`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: bad,
      });
      assert.equal(answer.status, 422, bad);
    }
    const cut = await ask(`${base}/devices`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"nick',
    });
    assert.equal(cut.status, 400);
  });

  it('is closed without a key, with a wrong one, and with one that was removed', async () => {
    for (const { method, path } of API_ROUTES) {
      const { status } = await ask(base + path.replaceAll(/[{}]/g, ''), {
        method: method.toUpperCase(),
      });
      assert.ok(status === 401 || status === 429, `${method} ${path}: ${status}`);
    }
    // Too many wrong ones of an address: even the right one has to wait.
    assert.equal((await call('get', '/devices')).status, 429);
  });
});
