import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { HitBatch, UploadAnswer } from '../../src/core/ports.ts';
import { createHitUploader } from '../../src/upstream/log-upload.ts';
import { createHttpAgent } from '../../src/upstream/proxy.ts';
import { checkValidIp } from '../../src/upstream/valid-ip.ts';
import { makeCertificate, type TestCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { answer, startIntake, type Script, UNSURE_ANSWERS } from '../support/intake-script.ts';
import { TestClock } from '../support/test-clock.ts';
import { startTinyproxy } from '../support/tinyproxy.ts';

type Proxy = Awaited<ReturnType<typeof startTinyproxy>>;
type Intake = Awaited<ReturnType<typeof startIntake>>;

const BODY = gzipSync('Nov 20 03:04:05 fw filterlog[3]: one\n');
const BATCH: HitBatch = {
  id: '019aa0c8-1111-7222-8333-444444444444',
  kind: 'hits',
  body: BODY,
  sha256: createHash('sha256').update(BODY).digest('hex'),
  lines: 1,
  first: 0,
  last: 0,
  attempts: 0,
};

const ANSWERS: readonly [status: number, kind: UploadAnswer['kind']][] = [
  [200, 'accepted'],
  [201, 'accepted'],
  [409, 'accepted'],
  [400, 'rejected'],
  [413, 'rejected'],
  [415, 'rejected'],
  [422, 'rejected'],
  [401, 'denied'],
  [403, 'denied'],
  [407, 'retry'],
  [408, 'retry'],
  [425, 'retry'],
  [429, 'retry'],
  [500, 'retry'],
  [502, 'retry'],
  [503, 'retry'],
  [504, 'retry'],
];

const FAULTS: readonly [name: string, script: Script, message: RegExp][] = [
  ['no answer', () => undefined, /no answer within 0\.5 s/],
  ...UNSURE_ANSWERS,
  ['no echo', (response) => response.end('stored'), /did not confirm/],
];

describe('createHitUploader through tinyproxy', () => {
  const clock = new TestClock();
  let certificate: TestCertificate;
  let intake: Intake;
  const proxies: Record<string, Proxy> = {};

  before(async () => {
    certificate = makeCertificate('127.0.0.1');
    intake = await startIntake({ key: certificate.key, cert: certificate.certificate });
    proxies['plain'] = await startTinyproxy({});
    proxies['with password'] = await startTinyproxy({ user: 'agent', password: 'p4ss' });
    proxies['closed to us'] = await startTinyproxy({ allow: '192.0.2.99' });
  });

  beforeEach(() => {
    intake.uploads.length = 0;
  });

  after(async () => {
    for (const proxy of Object.values(proxies)) await proxy.stop();
    await intake.stop();
  });

  function send(proxy: URL, url = intake.url): Promise<UploadAnswer> {
    const device = { deviceId: 'tdid_abcd1234', autoKey: 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY' };
    const trust = { ca: certificate.ca };
    return createHitUploader({ url, ...device, trust, clock, proxy, timeoutMs: 500 }).upload(BATCH);
  }

  for (const kind of ['plain', 'with password']) {
    for (const [status, expected] of ANSWERS) {
      it(`${kind}: ${status} is ${expected}`, async () => {
        const proxy = proxies[kind]!;
        const asked = proxy.targets().length;
        intake.script = (response, arrived) => answer(response, arrived, { status });
        assert.equal((await send(proxy.url)).kind, expected);
        assert.equal(intake.uploads.length, 1);
        assert.deepEqual(proxy.targets().slice(asked), [`127.0.0.1:${intake.port}`]);
      });
    }

    for (const [name, script, message] of FAULTS) {
      it(`${kind}: ${name} is retry`, async () => {
        intake.script = script;
        const said = await send(proxies[kind]!.url);
        assert.equal(said.kind, 'retry');
        assert.match(said.message, message);
        assert.equal(intake.uploads.length, 1);
      });
    }

    it(`${kind}: honours Retry-After`, async () => {
      intake.script = (response) => response.writeHead(503, { 'retry-after': '120' }).end();
      const said = await send(proxies[kind]!.url);
      assert.deepEqual(said, { kind: 'retry', message: 'status 503', retryAfterMs: 120_000 });
    });

    it(`${kind}: an intake that is down is retry`, async () => {
      const said = await send(proxies[kind]!.url, `https://127.0.0.1:${await freePort()}/`);
      assert.equal(said.kind, 'retry');
      assert.match(said.message, /the proxy 127\.0\.0\.1:\d+ did not connect: .*status 50\d/);
    });
  }

  it('a proxy that is down is retry', async () => {
    const said = await send(new URL(`http://127.0.0.1:${await freePort()}`));
    assert.equal(said.kind, 'retry');
    assert.match(said.message, /the proxy 127\.0\.0\.1:\d+ did not connect: .*refused/);
  });

  it('a proxy that hangs is retry', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const said = await send(new URL(`http://127.0.0.1:${port}`));
    silent.close();
    assert.deepEqual([said.kind, /no answer within/.test(said.message)], ['retry', true]);
  });

  it('a proxy that refuses the host is retry, and says so', async () => {
    const said = await send(proxies['closed to us']!.url);
    assert.equal(said.kind, 'retry');
    assert.match(said.message, /did not connect: it answered with status 403/);
  });

  it('a wrong or missing password is retry, never denied, and is not told', async () => {
    const { url } = proxies['with password']!;
    for (const password of ['wr0ng-secret', '']) {
      const wrong = new URL(url);
      wrong.password = password;
      if (password === '') wrong.username = '';
      const said = await send(wrong);
      assert.equal(said.kind, 'retry');
      assert.match(said.message, /did not connect: it answered with status 40[17]/);
      assert.doesNotMatch(said.message, /wr0ng|p4ss/);
    }
    assert.equal(intake.uploads.length, 0);
  });

  it('an intake with a certificate of another CA is refused', async () => {
    const other = makeCertificate('127.0.0.1');
    const trust = { ca: other.ca };
    const device = { deviceId: 'tdid_abcd1234', autoKey: '' };
    const { url: proxy } = proxies['plain']!;
    const said = await createHitUploader({
      url: intake.url,
      ...device,
      trust,
      clock,
      proxy,
    }).upload(BATCH);
    assert.match(said.message, /certificate/);
    assert.equal(intake.uploads.length, 0);
  });

  it('the address check takes the same way', async () => {
    intake.script = (response) =>
      response.end('Your IP address: 203.0.113.7\nAddress is in the list of authorized hosts\n');
    const { url: proxy, targets } = proxies['with password']!;
    const asked = targets().length;
    const agent = createHttpAgent('https:', { trust: { ca: certificate.ca }, proxy });
    assert.deepEqual(await checkValidIp(intake.url, { agent }), {
      address: '203.0.113.7',
      authorized: true,
    });
    assert.equal(targets().length, asked + 1);
  });
});
