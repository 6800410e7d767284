import assert from 'node:assert/strict';
import { BusyError, FormatError, PolicyError, SettingsError } from '../../src/core/errors.ts';
import { newStatus } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

const ACTOR = 'page:local@127.0.0.1';

const actions: readonly { path: string; method: string; more?: readonly unknown[] }[] = [
  { path: '/protection/enable', method: 'enable', more: [{ confirmWithin: 60 }] },
  { path: '/protection/confirm', method: 'confirm' },
  { path: '/protection/disable', method: 'disable' },
  { path: '/protection/verify', method: 'verify' },
  { path: '/policy/update', method: 'update' },
  { path: '/logs/send', method: 'logs' },
  { path: '/limit/raise', method: 'configure' },
  { path: '/device/remove', method: 'remove' },
];

describe('web actions', () => {
  const { page, visitor } = visitedPage();

  for (const { path, method, more = [] } of actions) {
    it(`${path} by a plain form does it once, leads to the overview and says what was done`, async () => {
      const answer = await visitor.post(path);
      assert.equal(answer.status, 303);
      assert.deepEqual(page.agent.calls, [{ method, args: [ACTOR, ...more] }]);
      const shown = await visitor.get(answer.headers.get('location') ?? '');
      assert.equal(shown.status, 200);
      const html = await shown.text();
      assert.match(html, /<!doctype html>/);
      assert.match(html, new RegExp(`class="alert alert-success[^]*${method} was done[^]*<h1`));
    });

    it(`${path} by htmx does it once and gives the new page body`, async () => {
      const answer = await visitor.post(path, {}, HTMX);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('hx-replace-url'), '/');
      assert.deepEqual(page.agent.calls, [{ method, args: [ACTOR, ...more] }]);
      const html = await answer.text();
      assert.doesNotMatch(html, /<html|<script/);
      assert.match(html, /<div id="ts-page"/);
      assert.match(html, new RegExp(`class="alert alert-success[^]*${method} was done[^]*<h1`));
    });

    for (const headers of [{}, HTMX]) {
      const how = 'HX-Request' in headers ? 'by htmx' : 'by a plain form';
      it(`${path} ${how} that fails shows message and remedy on the overview`, async () => {
        page.agent.failure = new PolicyError('reading list x from 192.0.2.1: refused', {
          remedy: 'Allow TCP 53.',
        });
        const answer = await visitor.post(path, {}, headers);
        assert.equal(answer.status, 409);
        const html = await answer.text();
        assert.match(
          html,
          /alert-danger[^]*reading list x from 192\.0\.2\.1: refused[^]*Allow TCP 53\.[^]*<h1/,
        );
      });
    }
  }

  it('a task that is under way is said as such', async () => {
    page.agent.failure = new BusyError('update: cli:root is running enable');
    const answer = await visitor.post('/policy/update', {}, HTMX);
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /cli:root is running enable/);
  });

  it('notes of an update and the answer of the intake are shown', async () => {
    assert.match(
      await (await visitor.post('/policy/update', {}, HTMX)).text(),
      /3 entries were cut/,
    );
    assert.match(
      await (await visitor.post('/logs/send', {}, HTMX)).text(),
      /uploaded successfully/,
    );
  });

  it('the switch offers what the state allows', async () => {
    const before = await (await visitor.get('/')).text();
    assert.match(before, /action="\/protection\/disable"/);
    assert.doesNotMatch(before, /action="\/protection\/enable"/);
    const after = await (await visitor.post('/protection/disable', {}, HTMX)).text();
    assert.match(after, /action="\/protection\/enable"/);
    assert.doesNotMatch(after, /action="\/protection\/disable"/);
  });

  it('a notice that is not known, or too old, is not shown', async () => {
    const answer = await visitor.post('/policy/update');
    const location = answer.headers.get('location') ?? '';
    page.clock.time += 10 * 60_000;
    assert.doesNotMatch(await (await visitor.get(location)).text(), /ts-notice/);
    assert.doesNotMatch(await (await visitor.get('/?notice=x')).text(), /ts-notice/);
  });

  describe('remove', () => {
    it('is asked on a page of its own before anything happens', async () => {
      const html = await (await visitor.get('/device/remove')).text();
      assert.match(html, /tdid_abcd1234[^]*action="\/device\/remove"/);
      assert.deepEqual(page.agent.calls, []);
    });

    it('is not offered when there is nothing to remove', async () => {
      page.agent.shown = newStatus();
      const html = await (await visitor.get('/device/remove')).text();
      assert.match(html, /nothing to remove/);
      assert.doesNotMatch(html, /action="\/device\/remove"/);
    });
  });

  describe('set-up', () => {
    const auto = { type: 'auto', device_id: 'tdid_1', auto_key: 'QUJDREVGR0hJSktMTU5P' };

    beforeEach(() => {
      page.agent.shown = newStatus();
    });

    it('is offered on the overview of a new device', async () => {
      assert.match(await (await visitor.get('/')).text(), /href="\/device\/add"/);
    });

    it('asks for what the chosen kind of installation needs', async () => {
      const fields = async (type: string) => {
        const html = await (await visitor.get(`/device/add?type=${type}`)).text();
        return [...html.matchAll(/<input class="form-control"[^>]* name="(\w+)"/g)].map(
          (m) => m[1],
        );
      };
      assert.deepEqual((await fields('auto')).slice(0, 2), ['device_id', 'auto_key']);
      assert.deepEqual((await fields('manual')).slice(0, 4), [
        'device_id',
        'block_list',
        'allow_list',
        'nickname',
      ]);
    });

    for (const headers of [{}, HTMX]) {
      const how = 'HX-Request' in headers ? 'by htmx' : 'by a plain form';
      it(`${how} gives the agent what was typed, without empty fields`, async () => {
        const fields = { ...auto, device_id: ' tdid_1 ', portal_ca: '', check_policy: 'yes' };
        const answer = await visitor.post('/device/add', fields, headers);
        assert.equal(answer.status, 'HX-Request' in headers ? 200 : 303);
        assert.deepEqual(page.agent.calls, [
          { method: 'add', args: [ACTOR, auto, { checkValidIp: false, checkPolicy: true }] },
        ]);
      });

      it(`${how} with missing and wrong fields says so at each and asks the agent nothing`, async () => {
        const fields = { ...auto, device_id: '', auto_key: 'short', settings_port: '70000' };
        const answer = await visitor.post('/device/add', fields, headers);
        assert.equal(answer.status, 422);
        const html = await answer.text();
        assert.match(
          html,
          /id="ts-device_id-help" data-wrong="true"><strong class="ts-bad">This is needed/,
        );
        assert.match(
          html,
          /id="ts-auto_key-help" data-wrong="true"><strong class="ts-bad">Use the key as the portal shows it/,
        );
        assert.match(html, /<details open>/);
        assert.match(html, /value="70000"[^>]*aria-invalid="true"/);
        assert.deepEqual(page.agent.calls, []);
      });

      it(`${how} that the agent refuses shows why and keeps what was typed, but no key`, async () => {
        page.agent.failure = new SettingsError('the portal knows no device tdid_1', {
          remedy: 'Check the ID.',
        });
        const answer = await visitor.post('/device/add', auto, headers);
        assert.equal(answer.status, 422);
        const html = await answer.text();
        assert.match(html, /the portal knows no device tdid_1[^]*Check the ID\.[^]*value="tdid_1"/);
        assert.doesNotMatch(html, new RegExp(auto.auto_key));
      });
    }

    it('is not offered for a device that is set up already', async () => {
      await visitor.post('/device/add', auto);
      const html = await (await visitor.get('/device/add')).text();
      assert.match(html, /set up already/);
      assert.doesNotMatch(html, /name="device_id"/);
    });
  });

  describe('lookup', () => {
    it('says by which entry an address is blocked', async () => {
      const html = await (await visitor.get('/lookup?address=64.87.3.133')).text();
      assert.deepEqual(page.agent.calls, [{ method: 'lookup', args: ['64.87.3.133'] }]);
      assert.match(html, /<strong>64\.87\.3\.133<\/strong> blocked by 64\.87\.3\.0\/24/);
      assert.match(html, /basic\.threatstop\.local/);
    });

    it('by htmx gives the lookup panel only', async () => {
      const html = await (await visitor.get('/lookup?address=64.87.3.133', HTMX)).text();
      assert.match(html, /^\s*<section id="ts-lookup"/);
      assert.doesNotMatch(html, /ts-page"/);
    });

    it('says that a blocked address passes while the rules are not in place', async () => {
      page.agent.answer = { ...page.agent.answer, enforced: false };
      assert.match(
        await (await visitor.get('/lookup?address=x')).text(),
        /packets of this address pass now/,
      );
    });

    for (const [verdict, text] of [
      ['allowed', 'allowed by 64.87.3.0/24'],
      ['partly', 'partly blocked'],
      ['not-listed', 'not listed'],
    ] as const) {
      it(`says ${text}`, async () => {
        page.agent.answer = { ...page.agent.answer, verdict };
        assert.ok((await (await visitor.get('/lookup?address=x')).text()).includes(text));
      });
    }

    for (const headers of [{}, HTMX]) {
      it(`shows what is wrong with the query ${'HX-Request' in headers ? 'by htmx' : 'on the page'}`, async () => {
        page.agent.failure = new FormatError('"<b>" is no address', { remedy: 'Give an address.' });
        const answer = await visitor.get('/lookup?address=%3Cb%3E', headers);
        assert.equal(answer.status, 422);
        assert.match(
          await answer.text(),
          /value="&lt;b&gt;"[^]*&lt;b&gt;&#34; is no address[^]*Give an address\./,
        );
      });
    }

    it('without an address is an empty form', async () => {
      assert.equal((await visitor.get('/lookup')).status, 200);
      assert.deepEqual(page.agent.calls, []);
    });
  });
});
