import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from 'node:net';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { feedProxy, setFeedProxy } from '../../../src/portal/feed/feed-proxy.ts';
import { createFeedFetcher } from '../../../src/portal/feed/fetch-feed.ts';
import { openStore } from '../../../src/portal/store.ts';
import { startFeedServer } from '../../support/feed-server.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { portalCommand } from '../../support/portal-command.ts';
import { startProxy } from '../../support/connect-proxy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LIMITS = { bytes: 1_000_000, timeoutMs: 5_000, redirects: 3 };
const PROGRAM = fileURLToPath(new URL('../../../src/main/portal.ts', import.meta.url));
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];
const ASKED = { etag: '', lastModified: '', internal: false };

describe('a public feed by an HTTP proxy', () => {
  const folder = temporaryFolder();
  const certificate = makeCertificate('feeds.invalid');
  let server: Server;
  /** Knows one name and where it is, as a proxy at the edge of a network without own DNS does. */
  let proxy: http.Server;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer({ key: certificate.key, cert: certificate.certificate }, (_, response) =>
      response.end('8.8.8.8\n'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = http.createServer();
    proxy.on('connect', (request: http.IncomingMessage, client) => {
      asked.push(request.url ?? '');
      const { port } = server.address() as AddressInfo;
      const onward = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(client).pipe(onward);
      });
      onward.on('error', () => client.destroy());
      client.on('error', () => onward.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    proxy.closeAllConnections();
    proxy.close();
  });

  const proxyUrl = () => new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const fetcher = () => createFeedFetcher(proxyUrl, LIMITS);

  it('is asked for by its name, which this host need not know, and its certificate is checked', async () => {
    await assert.rejects(
      fetcher()({ ...ASKED, url: 'https://feeds.invalid/list.txt' }),
      /unable to verify|self.signed|unknown CA/i,
    );
    assert.deepEqual(asked, ['feeds.invalid:443']);
  });

  it('does not lead inside: addresses and names that this host knows to be inside are refused', async () => {
    for (const url of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://localhost/',
      'http://8.8.8.8/',
    ])
      await assert.rejects(fetcher()({ ...ASKED, url }), /not in the public Internet|not an https/);
    assert.deepEqual(asked, []);
  });

  it('is not how an internal one is fetched', async () => {
    const feed = await startFeedServer();
    try {
      feed.serve('8.8.8.8\n');
      const answer = await fetcher()({ ...ASKED, internal: true, url: feed.url });
      assert.equal(answer.kind, 'content');
      assert.deepEqual(asked, []);
    } finally {
      await feed.stop();
    }
  });

  it('names the proxy when it refuses or asks for a password', async () => {
    const strict = await startProxy('user:secret');
    try {
      const url = new URL(strict.url);
      url.username = url.password = '';
      const fetch = createFeedFetcher(() => url, LIMITS);
      await assert.rejects(
        fetch({ ...ASKED, url: 'https://feeds.invalid/' }),
        new RegExp(`the proxy ${url.host} did not connect: it answered with status 407`),
      );
    } finally {
      await strict.stop();
    }
  });

  it('comes to the real program as the environment says', async () => {
    const ca = join(folder(), 'ca.pem');
    writeFileSync(ca, certificate.ca);
    const run = (...args: readonly string[]) =>
      promisify(execFile)(process.execPath, [...NODE_FLAGS, PROGRAM, ...args], {
        env: {
          ...{ TS_PORTAL_STATE: folder(), NODE_EXTRA_CA_CERTS: ca },
          HTTPS_PROXY: proxyUrl().href,
        },
      });
    await run('feed', 'add', 'far', '--url', 'https://feeds.invalid/list.txt');
    const { stdout } = await run('feed', 'refresh', 'far');
    assert.match(stdout, /1 entr/);
    assert.deepEqual(asked, ['feeds.invalid:443']);
  });

  it('is as it was given last, also to commands beside the server, else as the environment says', () => {
    const url = 'https://feeds.invalid/';
    const store = openStore(folder());
    const environment = { HTTPS_PROXY: 'http://env.example:1' };
    const proxyOf = () => feedProxy(store, environment)(url)?.host ?? null;
    try {
      assert.equal(proxyOf(), 'env.example:1');
      setFeedProxy(store, 'http://given.example:3128');
      assert.equal(proxyOf(), 'given.example:3128');
      setFeedProxy(store, 'none');
      assert.equal(proxyOf(), null);
      setFeedProxy(store, 'environment');
      assert.equal(proxyOf(), 'env.example:1');
      assert.equal(feedProxy(store, { ...environment, NO_PROXY: 'feeds.invalid' })(url), null);
    } finally {
      store.close();
    }
  });

  it('may not be given with a password, which the list of processes would show', async () => {
    for (const text of ['http://user:secret@proxy.example:3128', 'ftp://proxy.example', ':']) {
      const { code, errors } = await portalCommand(folder(), ['serve', '--proxy', text]);
      assert.equal(code, 1);
      assert.match(errors, /--proxy/);
      assert.doesNotMatch(errors, /secret/);
    }
  });
});
