import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { createFeedFetcher, type FetchLimits } from '../../../src/portal/feed/fetch-feed.ts';
import { isPublicAddress, lookupPublic } from '../../../src/portal/feed/public-address.ts';
import { addFeed, editFeed } from '../../../src/portal/model/feeds.ts';
import { refreshFeed, type FeedOutcome } from '../../../src/portal/model/refresh-feed.ts';
import { runChores } from '../../../src/portal/chores.ts';
import { addDevice } from '../../../src/portal/model/devices.ts';
import { addPolicy } from '../../../src/portal/model/policies.ts';
import { publishedTables } from '../../../src/portal/model/publish.ts';
import { openStore, type Store } from '../../../src/portal/store.ts';
import { startFeedServer, type FeedServer } from '../../support/feed-server.ts';
import { TestLog } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const LIMITS: FetchLimits = { bytes: 1_000_000, timeoutMs: 5_000, redirects: 3 };
const addresses = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `8.${(i + from) >> 8}.1.${(i + from) & 255}\n`).join('');

describe('a feed of the portal', () => {
  const folder = temporaryFolder();
  const clock = new TestClock();
  let server: FeedServer;
  let store: Store;
  let change: { store: Store; clock: TestClock; actor: string };
  beforeEach(async () => {
    server = await startFeedServer();
    store = openStore(folder());
    change = { store, clock, actor: 'test' };
    addFeed(change, 'feed', { url: server.url, internal: true });
  });
  afterEach(async () => {
    store.close();
    await server.stop();
  });

  const refresh = (options: { accept?: boolean } = {}): Promise<FeedOutcome> =>
    refreshFeed(change, 'feed', { fetch: createFeedFetcher(() => null, LIMITS), ...options });
  const failsWith = async (reason: RegExp): Promise<void> => {
    const before = store.sources.prefixes('feed');
    const outcome = await refresh();
    assert.match(outcome.kind === 'failed' ? outcome.reason : outcome.kind, reason);
    assert.deepEqual(store.sources.prefixes('feed'), before);
    assert.equal(store.problems.all()[0]?.code, 'feed-failed');
  };

  it('is taken, then asked for with its ETag and date, and unchanged with 304', async () => {
    const modified = 'Fri, 20 Nov 2026 10:00:00 GMT';
    server.answer((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"v1"', 'last-modified': modified }).end(addresses(50));
    });
    assert.deepEqual(await refresh(), { kind: 'updated', entries: 50, skipped: 0 });
    clock.time += 60_000;
    assert.deepEqual(await refresh(), { kind: 'unchanged' });
    assert.equal(server.requests[1]?.headers['if-modified-since'], modified);
    const feed = store.feeds.get('feed');
    assert.deepEqual([feed?.fetched, feed?.failures], [clock.now(), 0]);
    assert.equal(feed?.due, clock.now() + 86_400_000);
    editFeed(change, 'feed', { url: `${server.url}?2` });
    await refresh();
    assert.equal(server.requests[2]?.headers['if-none-match'], undefined);
  });

  it('that turns into a web page keeps its entries, and is a problem until it is good again', async () => {
    server.serve(addresses(50));
    await refresh();
    server.serve('<!DOCTYPE html><html>Moved</html>', { 'content-type': 'text/plain' });
    await failsWith(/web page/);
    server.serve(addresses(60), { 'content-type': 'text/html; charset=utf-8' });
    await failsWith(/web page/);
    assert.match(store.problems.all()[0]?.message ?? '', /last good one stay/);
    assert.equal(store.feeds.get('feed')?.failures, 2);
    server.serve(addresses(60));
    assert.equal((await refresh()).kind, 'updated');
    assert.deepEqual(store.problems.all(), []);
  });

  it('that shrinks to 3 lines, or grows over its bound, is taken only when a person accepts it', async () => {
    server.serve(addresses(100));
    await refresh();
    server.serve(addresses(3));
    await failsWith(/3 entries, 3 % of the 100 before/);
    server.serve(addresses(301));
    await failsWith(/301 entries, 301 % of/);
    server.serve(addresses(3));
    assert.deepEqual(await refresh({ accept: true }), { kind: 'updated', entries: 3, skipped: 0 });
  });

  it('that is empty, or of junk, is not taken; one bad line in 200 is passed over', async () => {
    server.serve(addresses(400));
    await refresh();
    for (const text of ['', '# nothing\n', 'no entries here\n'.repeat(300)]) {
      server.serve(text);
      await failsWith(/no entry|no entries/);
    }
    server.serve(`${addresses(400)}junk\n0.0.0.0/0\n`);
    assert.deepEqual(await refresh(), { kind: 'unchanged' });
    assert.equal(store.feeds.get('feed')?.skipped, 2);
    server.serve(`${addresses(400)}junk\njunk\njunk\n`);
    await failsWith(/3 lines are no entries, line 401: "junk"/);
  });

  it('that is cut off, packed or not, is not taken', async () => {
    server.serve(addresses(50));
    await refresh();
    const text = addresses(60);
    server.answer((_, response) => {
      response.writeHead(200, { 'content-length': String(text.length) });
      response.write(text.slice(0, 300));
      setImmediate(() => response.destroy());
    });
    await failsWith(/bytes came|closed|aborted|hang up|terminated|was cut/i);
    server.serve(gzipSync(text).subarray(0, 60), { 'content-encoding': 'gzip' });
    await failsWith(/unpacking/);
    server.serve(gzipSync(text).subarray(0, 60));
    await failsWith(/unpacking/);
    for (const headers of [{ 'content-encoding': 'gzip' }, {}] as Record<string, string>[]) {
      server.serve(gzipSync(addresses(60)), headers);
      assert.notEqual((await refresh()).kind, 'failed');
    }
  });

  it('that is a gzip bomb or too long is not taken', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    server.serve(bomb, { 'content-encoding': 'gzip' });
    await failsWith(/more than 1000000 bytes unpacked/);
    server.serve(bomb);
    await failsWith(/more than 1000000 bytes unpacked/);
    server.serve(Buffer.alloc(2_000_000, '#'));
    await failsWith(/over limit|1000000/);
  });

  it('that never ends its answer is given up', async () => {
    server.answer((_, response) => {
      response.writeHead(200);
      response.write('8.8.8.8\n');
    });
    const fetch = createFeedFetcher(() => null, { ...LIMITS, timeoutMs: 200 });
    assert.equal((await refreshFeed(change, 'feed', { fetch })).kind, 'failed');
  });

  it('is retried soon, then ever later, up to its interval', async () => {
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      await refresh();
      waits.push(((store.feeds.get('feed')?.due ?? 0) - clock.now()) / 60_000);
    }
    assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440]);
  });

  it('follows redirects, but not for ever and not to another scheme', async () => {
    server.answer((request, response) => {
      const stop = Number(/\?(\d+)$/.exec(request.url ?? '')?.[1] ?? 0);
      if (stop === 3) response.writeHead(200).end(addresses(5));
      else response.writeHead(302, { location: `/feed.txt?${stop + 1}` }).end();
    });
    assert.equal((await refresh()).kind, 'updated');
    server.answer((_, response) => void response.writeHead(302, { location: '/feed.txt' }).end());
    await failsWith(/more than 3 redirects/);
    server.answer((_, response) => void response.writeHead(302, { location: 'file:///etc' }).end());
    await failsWith(/not an https URL/);
  });

  it('of the Internet is not fetched from addresses of the own network, however it leads there', async () => {
    const fetch = createFeedFetcher(() => null, LIMITS);
    const query = { etag: '', lastModified: '', internal: false };
    for (const url of [
      server.url,
      server.url.replace('http:', 'https:'),
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/latest/meta-data/',
      'https://localhost/',
      'https://0x7f000001/',
      'https://2130706433/',
    ]) {
      await assert.rejects(
        fetch({ ...query, url }),
        /not an https URL|not in the public Internet/,
        url,
      );
    }
    assert.equal(server.requests.length, 0);
    await new Promise<void>((resolve) => {
      lookupPublic('localhost', { all: true }, (error) => {
        assert.match(error?.message ?? '', /not in the public Internet/);
        resolve();
      });
    });
    for (const address of ['8.8.8.8', '2606:4700::1111', '192.0.1.1', '172.32.0.1']) {
      assert.ok(isPublicAddress(address), address);
    }
    for (const address of [
      '10.1.1.1',
      '100.64.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '224.0.0.1',
      '255.255.255.255',
      'fe80::1',
      'fd00::1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      '::',
      'ff02::1',
      'localhost',
    ]) {
      assert.ok(!isPublicAddress(address), address);
    }
  });

  it('may be plain, CIDR with comments and ranges, DShield, Spamhaus JSON or a CSV column', async () => {
    const formats: readonly (readonly [string, string, string])[] = [
      [
        'plain',
        '# x\n; y\n// z\n8.8.8.8\r\n8.8.4.0/24\n2001:db8::/32\n',
        '8.8.4.0/24\n8.8.8.8\n2001:db8::/32\n',
      ],
      [
        'cidr',
        '1.10.16.0/20 ; SBL256894\n8.8.8.8\tx\n8.0.0.3-8.0.0.6\n',
        '1.10.16.0/20\n8.0.0.3\n8.0.0.4/31\n8.0.0.6\n8.8.8.8\n',
      ],
      [
        'dshield',
        '# DShield.org\nStart\tEnd\tNetmask\tAttacks\tName\n8.8.8.0\t8.8.8.255\t24\t99\tX\n',
        '8.8.8.0/24\n',
      ],
      [
        'spamhaus',
        '{"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"}\n{"cidr":"2a06::/32"}\n{"type":"metadata","timestamp":1,"size":2}\n',
        '1.10.16.0/20\n2a06::/32\n',
      ],
      [
        'csv:2',
        '# x\n"first_seen","dst_ip","port"\n"2026, now","8.8.8.8","443"\n"a ""b""",8.8.4.4:80,1\n',
        '8.8.4.4\n8.8.8.8\n',
      ],
      ['csv:1:;', '8.8.8.9;x\n', '8.8.8.9\n'],
      ['csv:3:tab', 'a\tb\t8.8.8.8\n', '8.8.8.8\n'],
    ];
    for (const [format, text, wanted] of formats) {
      editFeed(change, 'feed', { format });
      server.serve(text);
      const outcome = await refresh({ accept: true });
      assert.equal(outcome.kind, 'updated', `${format}: ${JSON.stringify(outcome)}`);
      assert.equal(Buffer.from(store.sources.prefixes('feed')).toString(), wanted, format);
    }
  });

  it('is fetched when it is due, and the policies made of it are published', async () => {
    server.serve(addresses(50));
    addPolicy(change, 'basic', { block: ['feed'] });
    const log = new TestLog();
    const names: string[] = [];
    const resolve = (name: string): Promise<readonly string[]> => {
      names.push(name);
      return Promise.resolve(['198.51.100.7']);
    };
    const { id } = addDevice(change, { ipType: 'dynamic', address: 'fw1.example.com' });
    const chores = { store, clock, log, fetch: createFeedFetcher(() => null, LIMITS), resolve };
    await runChores(chores);
    assert.equal(publishedTables(store, 'basic').block.v4.size, 50);
    assert.deepEqual(store.addresses.of(id), ['198.51.100.7']);
    await runChores(chores);
    assert.deepEqual([server.requests.length, names.length], [1, 1]);
    clock.time += 86_400_000;
    const down = { ...chores, resolve: () => Promise.reject(new Error('no answer')) };
    await runChores(down);
    assert.equal(server.requests.length, 2);
    assert.deepEqual(store.addresses.of(id), ['198.51.100.7']);
    assert.equal(store.problems.all()[0]?.code, 'name-not-resolved');
  });
});
