import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolicyError } from '../../src/core/errors.ts';
import { createWebApp } from '../../src/web/app.ts';
import { listenOn, type Listening } from '../../src/system/listen.ts';
import { routes } from '../../src/web/routes.ts';
import { FakeAgent } from '../support/fake-agent.ts';
import { startPfsensePage, type PfsensePage } from '../support/pfsense-page.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { setClock, webParts } from '../support/web-page.ts';

const RULE = { type: 'block', interface: 'wan', tracker: '1770000101' };
const USER_RULE = { type: 'pass', interface: 'lan', tracker: '1500000001' };
const RELAY = fileURLToPath(
  new URL('../../freebsd/usr/local/pkg/threatstop/web.inc', import.meta.url),
);
const PUBLIC = fileURLToPath(new URL('../../public/', import.meta.url));
const HTMX = { 'HX-Request': 'true' };

interface Asked {
  readonly user?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly form?: Record<string, string>;
}

describe('the page on pfSense', () => {
  const folder = temporaryFolder();
  let agent: FakeAgent;
  let page: PfsensePage;
  let service: Listening;

  beforeEach(async () => {
    const run = join(folder(), 'run');
    mkdirSync(run);
    agent = new FakeAgent();
    const app = createWebApp(agent, { access: 'relay', clock: setClock(), ...webParts() });
    service = await listenOn(app, { socketPath: join(run, 'threatstop.sock') });
    page = await startPfsensePage(folder(), run, { filter: { rule: [RULE, USER_RULE] } });
  });
  afterEach(async () => {
    await service.close();
    await page.close();
  });

  async function ask(path: string, { user = 'editor', method, headers, form }: Asked = {}) {
    const answer = await fetch(`${page.address}/threatstop/${path}`, {
      method: method ?? (form === undefined ? 'GET' : 'POST'),
      headers: { 'X-Test-User': user, ...headers },
      redirect: 'manual',
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  }
  const post = (path: string, asked: Asked = {}) =>
    ask(`index.php?p=${path}`, { ...asked, form: { __csrf_magic: 'token', ...asked.form } });

  it('puts pfSense’s own page around what the service shows', async () => {
    const { status, html } = await ask('index.php');
    assert.equal(status, 200);
    assert.match(html, /^<html><body class="native">[^]*id="ts-page"[^]*<\/body><\/html>\n$/);
  });

  it('passes on parts and files as they are, without a page around them', async () => {
    const part = await ask('index.php?p=/lookup', { headers: HTMX });
    assert.doesNotMatch(part.html, /class="native"/);
    const file = await ask('index.php?p=/assets/threatstop.css');
    assert.match(file.headers.get('content-type') ?? '', /^text\/css/);
    assert.doesNotMatch(file.html, /class="native"/);
  });

  it('a file that did not change is not sent again', async () => {
    const file = await ask('index.php?p=/assets/page.js');
    const again = await ask('index.php?p=/assets/page.js', {
      headers: { 'If-None-Match': file.headers.get('etag') ?? '' },
    });
    assert.deepEqual([again.status, again.html], [304, '']);
  });

  it('names user and address to the service, whatever headers the browser sends', async () => {
    await post('/protection/disable', { headers: { ...HTMX, 'X-TS-User': 'root' } });
    assert.deepEqual(agent.calls, [{ method: 'disable', args: ['page:editor@127.0.0.1'] }]);
  });

  it('leads a browser without htmx back to the page', async () => {
    const { status, headers } = await post('/protection/disable');
    assert.equal(status, 303);
    assert.match(headers.get('location') ?? '', /^\/threatstop\/index\.php\?p=\/&notice=/);
  });

  it('acts only on a POST that carries the form token', async () => {
    assert.equal((await ask('index.php?p=/protection/enable', { form: { a: 'b' } })).status, 403);
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      assert.equal((await ask('index.php?p=/protection/enable', { method })).status, 405);
    }
    assert.deepEqual(agent.calls, []);
  });

  for (const user of ['viewer', 'barred']) {
    it(`a user who may not change anything (${user}) sees no button and cannot act`, async () => {
      assert.doesNotMatch((await ask('index.php', { user })).html, /method="post"/);
      assert.equal((await post('/protection/disable', { user, headers: HTMX })).status, 403);
      assert.deepEqual(agent.calls, []);
    });
  }

  it('passes on every address and file of the page: a new one needs no change in PHP', () => {
    const files = readdirSync(PUBLIC, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `/assets/${entry.name}`);
    const paths = routes.flatMap(({ access, path }) => (access === 'visitor' ? [path] : []));
    const pattern = /preg_match\('#(.+)#D', \$path\)/.exec(readFileSync(RELAY, 'utf8'))?.[1] ?? '';
    assert.ok(paths.length > 10 && files.length > 1 && pattern !== '');
    for (const path of [...paths, ...files]) assert.match(path, new RegExp(pattern));
  });

  it('passes on no path that is none of the page', async () => {
    for (const path of ['/../../etc/passwd', '//evil.example/', '/status%0d%0aX: y', '/%00']) {
      assert.equal((await ask(`index.php?p=${path}`)).status, 400);
    }
  });

  it('shows a failure in place, with a status whose body the web server keeps', async () => {
    agent.failure = new PolicyError('no answer from the policy service');
    const { status, html } = await post('/policy/update', { headers: HTMX });
    assert.equal(status, 409);
    assert.match(html, /no answer from the policy service/);
    assert.equal((await ask('index.php?p=/nothing')).status, 400);
  });

  describe('the widget', () => {
    const refresh = { ajax: 'ajax', __csrf_magic: 'token' };
    const widget = '../widgets/widgets/threatstop.widget.php';

    it('is the service’s part, put among others and refreshed by the dashboard', async () => {
      const { html } = await ask(widget);
      assert.match(html, /<div id="threatstop-widget">\s*<table [^]*Protected[^]*<svg/);
      assert.match(html, /register_ajax\(\{[^]*url: '\/widgets\/widgets\/threatstop\.widget\.php'/);
      const again = await ask(widget, { form: refresh });
      assert.match(again.html, /^\s*<table [^]*Last refresh[^]*<\/table>\s*$/);
    });

    it('shows nothing to a user without a privilege', async () => {
      const { html } = await ask(widget, { form: refresh, user: 'stranger' });
      assert.match(html, /no privilege/);
      assert.doesNotMatch(html, /table/);
    });

    it('says in a line that the service is down', async () => {
      await service.close();
      const { html } = await ask(widget, { form: refresh });
      assert.match(
        html,
        /^<p class="content"><i [^>]+><\/i> The service is not running\. [^<]+<\/p>$/,
      );
    });
  });

  describe('while the service hangs', () => {
    let hung: Server;

    beforeEach(async () => {
      await service.close();
      hung = createServer();
      await once(hung.listen(join(folder(), 'run/threatstop.sock')), 'listening');
      // The process is there, its socket too; it takes connections and never answers.
      writeFileSync(join(folder(), 'run/threatstop.pid'), String(process.pid));
    });
    afterEach(() => hung.close());

    it('says so within seconds, how to restart it, and offers to disable', async () => {
      const started = performance.now();
      const { html } = await ask('index.php');
      assert.ok(performance.now() - started < 10_000);
      assert.match(
        html,
        /does not answer[^]*threatstop\.sh restart[^]*action="\/threatstop\/disable\.php"/,
      );
      const form = { __csrf_magic: 'token', disable: 'yes' };
      assert.match((await ask('disable.php', { form })).html, /alert-success/);
    });

    it('does not keep an action or the dashboard waiting', async () => {
      const [action, { html }] = await Promise.all([
        post('/policy/update', { headers: HTMX }),
        ask('../widgets/widgets/threatstop.widget.php'),
      ]);
      assert.equal(action.headers.get('hx-refresh'), 'true');
      assert.match(html, /The service does not answer\. [^<]+<\/p>/);
    }).timeout(15_000);
  });

  describe('while the service is down', () => {
    beforeEach(() => service.close());

    it('says so, how to start it, and offers to disable', async () => {
      const { status, html } = await ask('index.php');
      assert.equal(status, 200);
      assert.match(
        html,
        /not running[^]*threatstop\.sh start[^]*action="\/threatstop\/disable\.php"/,
      );
      assert.doesNotMatch((await ask('index.php', { user: 'viewer' })).html, /disable\.php/);
    });

    it('says what to do where there is no Node', async () => {
      const { html } = await ask('index.php');
      assert.match(
        html,
        /<strong>It cannot run:<\/strong> [^<]*no Node 22\.18 or later[^<]*pkg install/,
      );
    });

    it('makes a page that is open load itself anew', async () => {
      const { headers } = await ask('index.php?p=/status', { headers: HTMX });
      assert.equal(headers.get('hx-refresh'), 'true');
    });

    it('disables without the service', async () => {
      const form = { __csrf_magic: 'token', disable: 'yes' };
      assert.match((await ask('disable.php', { form, user: 'barred' })).html, /You may look/);
      assert.match((await ask('disable.php', { form })).html, /alert-success[^]*the rules are out/);
      const disk = JSON.parse(readFileSync(join(folder(), 'config.json'), 'utf8')) as object;
      assert.deepEqual(disk, { filter: { rule: [USER_RULE] } });
    });
  });
});
