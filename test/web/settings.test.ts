import assert from 'node:assert/strict';
import { options, optionNames } from '../../src/config/options.ts';
import { resolveSettings } from '../../src/config/settings.ts';
import { HostError } from '../../src/core/errors.ts';
import { FAKE_KEY, newStatus } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

describe('web settings page', () => {
  const { page, visitor } = visitedPage();

  const shown = async () => (await visitor.get('/settings')).text();
  const save = async (fields: Record<string, string>, headers = {}) => {
    const seen = /name="seen" value="([^"]+)"/.exec(await shown())?.[1] ?? '';
    return visitor.post('/settings', { seen, ...fields }, headers);
  };
  const changes = () => page.agent.calls.find(({ method }) => method === 'configure')?.args[1];
  const check = async (field: string, fields: Record<string, string>) =>
    (await visitor.post(`/settings/check?field=${field}`, fields, HTMX)).text();

  it('has every option of the table but the switch, each with its default and origin', async () => {
    page.agent.shown = { ...page.agent.shown, platform: 'dry-run' };
    const html = await shown();
    for (const name of optionNames.filter((one) => one !== 'enabled')) {
      const { description, secret } = options[name];
      const at = html.indexOf(`id="ts-set-${name}"`);
      assert.ok(at > 0, name);
      assert.ok(
        html.includes(
          description.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&#39;'),
        ),
        name,
      );
      if (secret) assert.match(html.slice(at, at + 200), /type="password" value=""/);
    }
    assert.match(html, /ts-origin-portal">set by the portal[^]*ts-origin-local">set here/);
  });

  it('leaves out what the platform does not have', async () => {
    assert.doesNotMatch(await shown(), /ts-set-tsprefix/);
  });

  it('a setting of the portal cannot be set, and says why', async () => {
    const html = await shown();
    assert.match(html, /id="ts-set-block_list"[^>]* disabled[^]*The portal sets this/);
    await save({ block_list: 'other.example', upload_interval: '5' });
    assert.equal(changes(), undefined);
  });

  it('stores only what was changed, at once, and says so', async () => {
    const answer = await save({
      port: '5353',
      policy_interval: '900',
      compact: 'never',
      dns_server: '',
    });
    assert.equal(answer.status, 303);
    assert.deepEqual(changes(), { port: '5353', compact: 'never' });
    const html = await (await visitor.get(answer.headers.get('location') ?? '')).text();
    assert.match(html, /alert-success[^]*configure was done/);
  });

  it('an empty field takes the default again', async () => {
    await save({ rule_log: '', nickname: '' });
    assert.deepEqual(changes(), { rule_log: '' });
  });

  it('never shows a secret, keeps it when nothing is typed, and can replace or remove it', async () => {
    const proxy = 'http://user:hunter2@proxy:3128';
    page.agent.resolved = resolveSettings(
      { type: 'auto', device_id: 'tdid_1', auto_key: FAKE_KEY, log_proxy: proxy },
      null,
    );
    const html = await shown();
    assert.doesNotMatch(html, new RegExp(`${FAKE_KEY}|hunter2`));
    assert.match(html, /There is one\. It is never shown/);
    await save({ auto_key: '', log_proxy: '', port: '54' });
    assert.deepEqual(changes(), { port: '54' });
    page.agent.calls.length = 0;
    await save({ auto_key: 'bmV3LWtleS1uZXcta2V5', clear_log_proxy: 'yes' });
    assert.deepEqual(changes(), { auto_key: 'bmV3LWtleS1uZXcta2V5', log_proxy: '' });
  });

  for (const headers of [{}, HTMX]) {
    it(`a wrong value is said at its field and nothing is stored ${'HX-Request' in headers ? 'by htmx' : 'by a plain form'}`, async () => {
      const answer = await save({ port: '70000', compact: 'never', auto_key: 'short' }, headers);
      assert.equal(answer.status, 422);
      const html = await answer.text();
      assert.match(html, /value="70000"[^]*Use a whole number from 1 to 65535/);
      assert.match(html, /<option selected>never/);
      assert.doesNotMatch(html, /value="short"/);
      assert.equal(changes(), undefined);
    });
  }

  it('settings that do not fit together are said as such', async () => {
    page.agent.resolved = resolveSettings({ device_id: 'tdid_1', block_list: 'a.example' }, null);
    const answer = await save({ policy_tsig: 'yes' });
    assert.equal(answer.status, 422);
    assert.match(
      await answer.text(),
      /alert-danger[^]*Give the device key, or set policy_tsig to no/,
    );
    assert.match(await check('type', { type: 'auto' }), /Give both, as the portal shows them/);
  });

  it('checks a field as it is typed, and changes nothing', async () => {
    assert.match(
      await check('port', { port: '99999' }),
      /^\s*<div class="help-block" id="ts-set-port-help"[^]*from 1 to 65535/,
    );
    assert.doesNotMatch(await check('port', { port: '53' }), /ts-bad/);
    assert.match(await check('auto_key', { auto_key: '!' }), /at least 16 base64/);
    assert.equal((await visitor.post('/settings/check?field=nothing', {}, HTMX)).status, 204);
    assert.equal(changes(), undefined);
  });

  it('checks a field of the set-up as it is typed', async () => {
    page.agent.shown = newStatus();
    const ask = async (value: string) => {
      const fields = { type: 'auto', device_id: value };
      return (await visitor.post('/device/add/check?field=device_id', fields, HTMX)).text();
    };
    assert.match(await ask('a b'), /id="ts-device_id-help"[^]*1 to 63 letters/);
    assert.doesNotMatch(await ask('tdid_1'), /ts-bad/);
  });

  it('refuses to save over what somebody else changed meanwhile', async () => {
    const answer = await visitor.post('/settings', { seen: 'old', port: '54' });
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /changed meanwhile/);
    assert.equal(changes(), undefined);
  });

  it('shows what was typed again when storing failed, without secrets', async () => {
    page.agent.failure = new HostError('the disk is full');
    const answer = await save({ nickname: 'edge-7', auto_key: 'bmV3LWtleS1uZXcta2V5' });
    const html = await answer.text();
    assert.match(html, /the disk is full[^]*value="edge-7"/);
    assert.doesNotMatch(html, /bmV3LWtleS1uZXcta2V5/);
  });

  it('says that there is nothing to set before the device is set up', async () => {
    page.agent.shown = newStatus();
    assert.match(await shown(), /not set up yet[^]*href="\/device\/add"/);
  });
});
