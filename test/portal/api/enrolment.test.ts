/** Devices that come by themselves, over HTTPS with the key of an image. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { MOST_ENROLMENTS } from '../../../src/portal/model/enrol.ts';
import { API_ROUTES } from '../../../src/portal/api/openapi.ts';
import { SCOPES, addApiKey } from '../../../src/portal/model/api-keys.ts';
import { retireDevice } from '../../../src/portal/model/devices.ts';
import type { Portal } from '../../../src/portal/portal.ts';
import { ask, type Answer } from '../../support/admin-site.ts';
import { startPortal } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const AZURE = { manufacturer: 'Microsoft', model: 'Azure IP Firewall' };

describe('devices that come by themselves', () => {
  const folder = temporaryFolder();
  let portal: Portal;
  let key = '';

  beforeEach(async () => {
    portal = await startPortal(folder());
    key = addApiKey({ ...portal, actor: 'test' }, 'azure', ['devices:enrol']).key;
  });
  afterEach(() => portal.close());

  const newToken = (): string => randomBytes(32).toString('hex');
  /** To the intake, which devices reach, and not to the pages of administrators. */
  const send = (
    method: string,
    path: string,
    body?: object,
    origin = new URL(portal.addresses.intakeUrl).origin,
  ): Promise<Answer> =>
    ask(`${origin}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const enrol = (token: string, nickname = 'azure_ip_123456789012') =>
    send('POST', '/enrolments', { token, nickname, ...AZURE });
  const lastAudit = () => portal.store.audit.latest(1)[0];

  it('a device is made with the name, maker, policy and address, and told where its settings are', async () => {
    const { status, body } = await enrol(newToken());
    assert.equal(status, 201);
    const { id, autoKey, ...told } = JSON.parse(body) as { id: string; autoKey: string };
    assert.deepEqual(told, {
      nickname: 'azure_ip_123456789012',
      settingsServer: portal.addresses.settings.host,
      settingsPort: portal.addresses.settings.port,
      portalPin: portal.pin,
    });
    assert.equal(portal.store.devices.keyOf(id), autoKey);
    const { manufacturer, model, policy, ipType, address } = portal.device(id)!;
    assert.deepEqual(
      { manufacturer, model, policy, ipType, address },
      { ...AZURE, policy: 'basic', ipType: 'static', address: '127.0.0.1' },
    );
    assert.deepEqual(
      [lastAudit()?.actor, lastAudit()?.action, lastAudit()?.target],
      ['api:azure@127.0.0.1', 'device add', id],
    );
  });

  it('the same token gets the same device and key, ten times at once too, and each telling is on record', async () => {
    const token = newToken();
    const answers = await Promise.all(Array.from({ length: 10 }, () => enrol(token)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
    assert.equal(portal.devices().length, 1);
    assert.equal(lastAudit()?.action, 'device enrol');
    const other = await enrol(newToken(), 'azure_ip_000000000001');
    assert.equal(other.status, 201);
    assert.equal(portal.devices().length, 2);
  });

  it('its key opens nothing else, and a key that may change devices opens this, too', async () => {
    const { id } = JSON.parse((await enrol(newToken())).body) as { id: string };
    for (const [method, path] of [
      ['GET', '/devices'],
      ['GET', `/devices/${id}`],
      ['POST', `/devices/${id}/key`],
      ['DELETE', `/devices/${id}`],
      ['GET', '/policies'],
    ] as const) {
      const refused = await send(method, path, undefined, portal.addresses.adminUrl);
      assert.equal(refused.status, 403, `${method} ${path}`);
    }
    const made = await send('POST', '/devices', {}, portal.addresses.adminUrl);
    assert.equal(made.status, 403);
    key = addApiKey({ ...portal, actor: 'test' }, 'writer', ['devices:write']).key;
    assert.equal((await enrol(newToken(), 'azure_ip_2')).status, 201);
    key = addApiKey({ ...portal, actor: 'test' }, 'reader', ['devices:read']).key;
    assert.equal((await enrol(newToken(), 'azure_ip_3')).status, 403);
  });

  it('nothing else of the API is at the intake, whatever the key may do', async () => {
    const scopes = SCOPES.map(([scope]) => scope);
    key = addApiKey({ ...portal, actor: 'test' }, 'all', scopes).key;
    for (const { method, path } of API_ROUTES) {
      if (path === '/enrolments') continue;
      const { status } = await send(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'), {});
      assert.equal(status, 404, `${method} ${path}`);
    }
    const { origin } = new URL(portal.addresses.intakeUrl);
    const { paths } = JSON.parse((await ask(`${origin}/v1/openapi.json`)).body) as {
      paths: object;
    };
    assert.deepEqual(Object.keys(paths), ['/enrolments']);
  });

  it('a token or a name that cannot be used makes no device', async () => {
    const taken = newToken();
    await enrol(taken);
    assert.equal((await enrol(newToken())).status, 409);
    for (const token of ['', 'x', `${newToken()}0`, newToken().toUpperCase().replace(/^./, 'G')]) {
      assert.equal((await enrol(token, 'azure_ip_4')).status, 422, token);
    }
    assert.equal((await enrol(newToken(), 'no spaces, please')).status, 422);
    assert.equal((await send('POST', '/enrolments', { token: newToken() })).status, 422);
    assert.equal(portal.devices().length, 1);
  });

  it('a device that was taken out of service does not come back by its token', async () => {
    const token = newToken();
    const { id } = JSON.parse((await enrol(token)).body) as { id: string };
    retireDevice({ ...portal, actor: 'test' }, id);
    const { status, body } = await enrol(token);
    assert.equal(status, 409);
    assert.match(body, /was taken out of service/);
    assert.equal(portal.devices().length, 0);
  });

  it('one key brings so many devices an hour and no more; those before are still told', async () => {
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    const { id } = portal.addDevice();
    const time = portal.clock.now();
    for (let number = 1; number < MOST_ENROLMENTS; number++) {
      const row = { digest: digest(String(number)), deviceId: id, key: 'azure', time };
      portal.store.enrolments.add(row);
    }
    const token = newToken();
    assert.equal((await enrol(token)).status, 201);
    const refused = await enrol(newToken(), 'azure_ip_5');
    assert.equal(refused.status, 429);
    assert.match(refused.body, /60 devices came with the key azure in an hour/);
    assert.equal((await enrol(token)).status, 201);
    key = addApiKey({ ...portal, actor: 'test' }, 'other', ['devices:enrol']).key;
    assert.equal((await enrol(newToken(), 'azure_ip_5')).status, 201);
  });

  it('keeps the token as a digest only', async () => {
    const token = newToken();
    await enrol(token);
    const row = portal.store.enrolments.withDigest(
      createHash('sha256').update(token).digest('hex'),
    );
    assert.equal(row?.key, 'azure');
    assert.ok(!JSON.stringify(row).includes(token));
  });
}).timeout(30_000);
