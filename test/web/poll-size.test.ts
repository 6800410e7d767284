import assert from 'node:assert/strict';
import { listenOn, type Listening } from '../../src/system/listen.ts';
import { createWebApp } from '../../src/web/app.ts';
import { fullAgent } from '../support/full-agent.ts';
import { HTMX, logIn, setClock, startPage, webParts } from '../support/web-page.ts';

const MOST_BYTES = 15_000;
const MOST_BYTES_OF_CHARTS = 12_000;
const RELAYED = { 'X-TS-User': 'u'.repeat(64), 'X-TS-Base': '/threatstop/index.php?p=' };

type Ask = (path: string) => Promise<number>;

describe('a poll, however long all texts and however full all lists are', () => {
  let closed: Listening[] = [];
  afterEach(async () => {
    await Promise.all(closed.map((one) => one.close()));
    closed = [];
  });
  const sizeOf = async (answer: Response): Promise<number> => {
    assert.equal(answer.status, 200);
    return (await answer.arrayBuffer()).byteLength;
  };

  /** Below pfSense every address is longer; a page on its own has a token in every form. */
  const ways: Readonly<Record<string, () => Promise<Ask>>> = {
    async 'by the relay of pfSense'() {
      const app = createWebApp(fullAgent(), { access: 'relay', clock: setClock(), ...webParts() });
      const listening = await listenOn(app, { host: '127.0.0.1', port: 0 });
      closed.push(listening);
      return async (path) =>
        sizeOf(await fetch(listening.address + path, { headers: { ...RELAYED, ...HTMX } }));
    },
    async 'on its own'() {
      const page = await startPage({ agent: fullAgent() });
      closed.push(page);
      const visitor = await logIn(page);
      return async (path) => sizeOf(await visitor.get(path, HTMX));
    },
  };

  for (const [way, start] of Object.entries(ways)) {
    it(`stays below 15 kB, ${way}`, async () => {
      const ask = await start();
      const filter = 'x'.repeat(64);
      const query = ['interface', 'address', 'from', 'to'].map((name) => `${name}=${filter}`);
      for (const path of ['/status', `/hits?${query.join('&')}`, '/overview/activity', '/widget']) {
        const size = await ask(path);
        assert.ok(size > 1_000 && size < MOST_BYTES, `${path}: ${size}`);
      }
      const size = await ask('/overview/hits');
      assert.ok(size > 1_000 && size < MOST_BYTES_OF_CHARTS, `charts: ${size}`);
    });
  }
});
