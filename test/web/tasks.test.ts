import assert from 'node:assert/strict';
import { PolicyError } from '../../src/core/errors.ts';
import { newStatus } from '../support/fake-agent.ts';
import { HTMX } from '../support/web-page.ts';
import { visitedPage } from '../support/visited-page.ts';

describe('web tasks that take long', () => {
  let go: () => void;
  // Before the page closes.
  afterEach(() => go());
  const { page, visitor } = visitedPage();
  beforeEach(() => {
    page.agent.pause = new Promise((resolve) => {
      go = resolve;
    });
  });

  const idIn = (html: string) => /id="ts-task-([\w-]+)"/.exec(html)?.[1] ?? '';
  const calls = () => page.agent.calls.map(({ method }) => method);

  it('answers within a second while the task still runs, and says what runs', async () => {
    const began = performance.now();
    const answer = await visitor.post('/policy/update', {}, HTMX);
    assert.ok(performance.now() - began < 1000);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /Updating the policy…[^]*page:local@127\.0\.0\.1/);
  });

  it('a second start means the run of the first', async () => {
    const [first, second] = await Promise.all(
      ['1', '2'].map(async () => (await visitor.post('/policy/update', {}, HTMX)).text()),
    );
    assert.equal(idIn(first!), idIn(second!));
    assert.deepEqual(calls(), ['update']);
  });

  it('tasks of two kinds run beside each other, and every page shows both', async () => {
    await visitor.post('/policy/update', {}, HTMX);
    await visitor.post('/logs/send', {}, HTMX);
    const html = await (await visitor.get('/lookup')).text();
    assert.match(html, /Updating the policy…[^]*Sending the logs…/);
  });

  it('polling gives the state, then the result once, and tells the page', async () => {
    const id = idIn(await (await visitor.post('/policy/update', {}, HTMX)).text());
    const running = await visitor.get(`/task?id=${id}`, HTMX);
    assert.match(await running.text(), /^\s*<div id="ts-task-[^]*every 1s/);
    go();
    const done = await visitor.get(`/task?id=${id}`, HTMX);
    assert.equal(done.headers.get('hx-trigger'), 'ts-done');
    assert.match(await done.text(), /^\s*<div class="alert alert-success[^]*3 entries were cut/);
    assert.doesNotMatch(await (await visitor.get('/')).text(), /Updating the policy/);
  });

  it('says the step and how much of it is done, of its own task only', async () => {
    const id = idIn(await (await visitor.post('/policy/update', {}, HTMX)).text());
    const step = { step: 'fetching <b>', done: 1200, total: 4800, started: 0 };
    page.agent.step = { task: 'update', ...step };
    const html = await (await visitor.get(`/task?id=${id}`, HTMX)).text();
    assert.match(html, /fetching &lt;b&gt; \(1,200 \/ 4,800\)[^]*<progress max="1" value="0\.25"/);
    page.agent.step = { task: 'logs', ...step };
    assert.doesNotMatch(await (await visitor.get(`/task?id=${id}`, HTMX)).text(), /fetching/);
  });

  it('polls more rarely the longer it takes', async () => {
    const id = idIn(await (await visitor.post('/policy/update', {}, HTMX)).text());
    page.clock.time += 20_000;
    assert.match(await (await visitor.get(`/task?id=${id}`, HTMX)).text(), /every 3s/);
  });

  it('a poll is small', async () => {
    const id = idIn(await (await visitor.post('/policy/update', {}, HTMX)).text());
    const html = await (await visitor.get(`/task?id=${id}`, HTMX)).text();
    assert.ok(html.length < 2000, `${html.length}`);
  });

  it('without JavaScript leads to a page that loads itself anew until it leads to the result', async () => {
    const started = await visitor.post('/policy/update');
    assert.equal(started.status, 303);
    const place = started.headers.get('location') ?? '';
    assert.match(place, /^\/task\?id=[\w-]+$/);
    const html = await (await visitor.get(place)).text();
    assert.match(html, /<noscript><meta http-equiv="refresh" content="2"><\/noscript>/);
    assert.match(html, /<h1>Updating the policy<\/h1>/);
    go();
    const done = await visitor.get(place);
    assert.equal(done.status, 303);
    const shown = await visitor.get(done.headers.get('location') ?? '');
    assert.match(await shown.text(), /alert-success[^]*update was done/);
  });

  it('a failure after a while is shown like one at once', async () => {
    const id = idIn(await (await visitor.post('/policy/update', {}, HTMX)).text());
    page.agent.failure = new PolicyError('no answer', { remedy: 'Allow TCP 53.' });
    go();
    const html = await (await visitor.get(`/task?id=${id}`, HTMX)).text();
    assert.match(html, /alert-danger[^]*no answer[^]*Allow TCP 53/);
  });

  it('a fault of the program ends the task and is in the log only', async () => {
    const id = idIn(await (await visitor.post('/policy/update', {}, HTMX)).text());
    page.agent.failure = new TypeError('secret detail');
    go();
    const html = await (await visitor.get(`/task?id=${id}`, HTMX)).text();
    assert.match(html, /alert-danger/);
    assert.doesNotMatch(html, /secret detail/);
    assert.deepEqual(page.errors, ['page: secret detail']);
  });

  it('one that is not known any more is said as such', async () => {
    assert.match(await (await visitor.get('/task?id=x', HTMX)).text(), /not known any more/);
    assert.equal((await visitor.get('/task?id=x')).status, 303);
  });

  describe('set-up', () => {
    const fields = { type: 'auto', device_id: 'tdid_1', auto_key: 'QUJDREVGR0hJSktMTU5P' };

    it('that works leads to the overview', async () => {
      page.agent.shown = newStatus();
      const html = await (await visitor.post('/device/add', fields, HTMX)).text();
      assert.match(html, /Setting this device up…[^]*<fieldset disabled>/);
      go();
      const done = await visitor.get(`/task?id=${idIn(html)}`, HTMX);
      assert.match(done.headers.get('hx-redirect') ?? '', /^\/\?notice=/);
    });

    it('that fails leads back to the form with what was typed, but no key', async () => {
      page.agent.shown = newStatus();
      const id = idIn(await (await visitor.post('/device/add', fields, HTMX)).text());
      page.agent.failure = new PolicyError('the portal knows no device tdid_1');
      go();
      const done = await visitor.get(`/task?id=${id}`, HTMX);
      const place = done.headers.get('hx-redirect') ?? '';
      assert.match(place, /^\/device\/add\?/);
      const html = await (await visitor.get(place)).text();
      assert.match(html, /the portal knows no device tdid_1[^]*value="tdid_1"/);
      assert.doesNotMatch(html, new RegExp(fields.auto_key));
    });
  });
});
