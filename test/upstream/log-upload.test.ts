import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { HitBatch, UploadAnswer } from '../../src/core/ports.ts';
import { decodeKey, parseAuthorization, verifyUpload } from '../../src/protocol/upload.ts';
import { pinOf, type TlsTrust } from '../../src/upstream/dns-socket.ts';
import { createHitUploader, type UploadOptions } from '../../src/upstream/log-upload.ts';
import { retryAfterMs } from '../../src/upstream/retry-after.ts';
import { makeCertificate, type TestCertificate } from '../support/certificate.ts';
import { startProxy } from '../support/connect-proxy.ts';
import {
  answer,
  linesIn,
  startIntake,
  type Script,
  UNSURE_ANSWERS,
} from '../support/intake-script.ts';
import { TestClock } from '../support/test-clock.ts';

const LINES = 'Nov 20 03:04:05 fw filterlog[3]: one\nNov 20 03:04:06 fw filterlog[3]: two \u00ff\n';
const AUTO_KEY = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY';

function batchOf(text: string): HitBatch {
  const body = gzipSync(Buffer.from(text, 'latin1'));
  return {
    id: '019aa0c8-1111-7222-8333-444444444444',
    kind: 'hits',
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    lines: 2,
    first: Date.UTC(2026, 10, 20, 3, 4, 5),
    last: Date.UTC(2026, 10, 20, 3, 4, 6),
    attempts: 0,
  };
}

const BATCH = batchOf(LINES);

describe('createHitUploader', () => {
  let certificate: TestCertificate;
  let other: TestCertificate;
  const clock = new TestClock();
  const running: { stop(): Promise<void> }[] = [];

  before(() => {
    certificate = makeCertificate('127.0.0.1');
    other = makeCertificate('portal.example.net');
  });

  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
  });

  async function intakeWith(script?: Script, served: TestCertificate | null = certificate) {
    const key = served === null ? null : { key: served.key, cert: served.certificate };
    const intake = await startIntake(key);
    running.push(intake);
    if (script !== undefined) intake.script = script;
    return intake;
  }

  async function proxyWith(credentials: string | null) {
    const proxy = await startProxy(credentials);
    running.push(proxy);
    return proxy;
  }

  function send(url: string, change: Partial<UploadOptions> = {}): Promise<UploadAnswer> {
    const trust: TlsTrust = { ca: certificate.ca };
    const device = { deviceId: 'tdid_abcd1234', autoKey: AUTO_KEY };
    return createHitUploader({ url, ...device, trust, clock, ...change }).upload(BATCH);
  }

  it('sends fields, the untouched lines and a signature, over verified TLS', async () => {
    const intake = await intakeWith();
    const said = await send(intake.url);
    assert.deepEqual(said, {
      kind: 'accepted',
      message: 'Log file uploaded successfully for tdid_abcd1234',
    });
    const [arrived] = intake.uploads;
    assert.ok(arrived);
    assert.deepEqual(arrived.fields, {
      device_id: 'tdid_abcd1234',
      batch_id: BATCH.id,
      sha256: BATCH.sha256,
      kind: 'hits',
      lines: '2',
      first: '2026-11-20T03:04:05.000Z',
      last: '2026-11-20T03:04:06.000Z',
      upload_file: BATCH.sha256,
    });
    assert.equal(linesIn(arrived), LINES);
    const claim = parseAuthorization(arrived.request.headers.authorization);
    assert.equal(claim?.ts, Math.floor(clock.now() / 1000));
    const input = { method: 'POST', path: '/cgi-bin/logupload.pl?v=1', ts: claim.ts };
    const signed = { ...input, batchId: BATCH.id, sha256: BATCH.sha256 };
    assert.equal(verifyUpload(signed, claim.signature, decodeKey(AUTO_KEY)), true);
  });

  it('does not sign for a device without key', async () => {
    const intake = await intakeWith();
    await send(intake.url, { autoKey: '' });
    assert.equal(intake.uploads[0]?.request.headers.authorization, undefined);
  });

  it('sends over plain HTTP when the URL says so', async () => {
    const intake = await intakeWith(undefined, null);
    assert.equal((await send(intake.url)).kind, 'accepted');
  });

  describe('answers', () => {
    const rows: [status: number, kind: UploadAnswer['kind']][] = [
      [200, 'accepted'],
      [201, 'accepted'],
      [409, 'accepted'],
      [400, 'rejected'],
      [413, 'rejected'],
      [415, 'rejected'],
      [422, 'rejected'],
      [401, 'denied'],
      [403, 'denied'],
      [408, 'retry'],
      [425, 'retry'],
      [429, 'retry'],
      [500, 'retry'],
      [502, 'retry'],
      [503, 'retry'],
      [504, 'retry'],
      [404, 'retry'],
      [202, 'retry'],
    ];
    for (const [status, kind] of rows) {
      it(`${status} is ${kind}`, async () => {
        const intake = await intakeWith((response, arrived) =>
          answer(response, arrived, { status, message: 'reason\u001b[31m' }),
        );
        const said = await send(intake.url);
        assert.equal(said.kind, kind);
        assert.match(said.message, /reason\?\[31m/);
      });
    }

    const lies: [name: string, script: Script][] = [
      ['another batch id', (response, arrived) => answer(response, arrived, { batchId: 'other' })],
      ['another SHA-256', (response, arrived) => answer(response, arrived, { sha256: 'other' })],
      ['no echo', (response) => response.end('Log file uploaded successfully')],
      ['an empty body', (response) => response.end()],
      [
        '409 for another batch',
        (response, arrived) => answer(response, arrived, { status: 409, batchId: 'other' }),
      ],
    ];
    for (const [name, script] of lies) {
      it(`success with ${name} is retry`, async () => {
        const intake = await intakeWith(script);
        const said = await send(intake.url);
        assert.equal(said.kind, 'retry');
        assert.match(said.message, /did not confirm/);
      });
    }

    const faults: [name: string, script: Script, message: RegExp][] = [
      ...UNSURE_ANSWERS,
      ['no answer at all', () => undefined, /no answer within 0\.3 s/],
      [
        'an answer that never ends',
        (response) => {
          response.writeHead(200);
          response.write('{');
        },
        /no answer within 0\.3 s/,
      ],
      ['an answer above 64 KB', (response) => response.end('x'.repeat(70_000)), /limit|over/],
    ];
    for (const [name, script, message] of faults) {
      it(`${name} is retry`, async () => {
        const intake = await intakeWith(script);
        const said = await send(intake.url, { timeoutMs: 300 });
        assert.equal(said.kind, 'retry');
        assert.match(said.message, message);
        assert.equal(intake.uploads.length, 1);
      });
    }

    it('tells how long the server asks to wait', async () => {
      const intake = await intakeWith((response) =>
        response.writeHead(503, { 'retry-after': '120' }).end(),
      );
      const said = await send(intake.url);
      assert.deepEqual(said, { kind: 'retry', message: 'status 503', retryAfterMs: 120_000 });
    });

    it('a server that cannot be reached is retry', async () => {
      const intake = await intakeWith();
      await intake.stop();
      running.length = 0;
      const said = await send(intake.url);
      assert.equal(said.kind, 'retry');
      assert.match(said.message, /the connection is refused/);
    });
  });

  describe('TLS', () => {
    it('refuses a certificate of another CA, and one for another name', async () => {
      const intake = await intakeWith();
      const unknown = await send(intake.url, { trust: {} });
      assert.match(unknown.message, /certificate/);
      const wrongName = await intakeWith(undefined, other);
      const said = await send(wrongName.url, { trust: { ca: other.ca } });
      assert.match(said.message, /its certificate is for another name/);
      assert.deepEqual([unknown.kind, said.kind], ['retry', 'retry']);
      assert.equal(intake.uploads.length + wrongName.uploads.length, 0);
    });

    it('takes any certificate with the pinned key, and no other', async () => {
      const intake = await intakeWith(undefined, other);
      const good = await send(intake.url, { trust: { pin: pinOf(other.der) } });
      assert.equal(good.kind, 'accepted');
      const bad = await send(intake.url, { trust: { pin: pinOf(certificate.der) } });
      assert.match(bad.message, /not the pinned one/);
      assert.equal(intake.uploads.length, 1);
    });
  });

  describe('proxy', () => {
    it('is asked for a tunnel, with user and password', async () => {
      const intake = await intakeWith();
      const proxy = await proxyWith('user:pa ss');
      const said = await send(intake.url, { proxy: proxy.url });
      assert.equal(said.kind, 'accepted');
      assert.deepEqual(proxy.connected, [`127.0.0.1:${intake.port}`]);
    });

    it('is used for plain HTTP too', async () => {
      const intake = await intakeWith(undefined, null);
      const proxy = await proxyWith(null);
      assert.equal((await send(intake.url, { proxy: proxy.url })).kind, 'accepted');
      assert.equal(proxy.connected.length, 1);
    });

    it('does not weaken the check of the certificate', async () => {
      const intake = await intakeWith();
      const proxy = await proxyWith(null);
      const said = await send(intake.url, { proxy: proxy.url, trust: {} });
      assert.match(said.message, /certificate/);
      assert.equal(intake.uploads.length, 0);
    });

    it('that refuses is retry and its password is not told', async () => {
      const intake = await intakeWith();
      const proxy = await proxyWith('user:secret');
      const wrong = new URL(proxy.url);
      wrong.password = 'hunter2';
      const said = await send(intake.url, { proxy: wrong });
      assert.equal(said.kind, 'retry');
      assert.match(
        said.message,
        /^127\.0\.0\.1:\d+: the proxy 127\.0\.0\.1:\d+ did not connect.*407/,
      );
      assert.doesNotMatch(said.message, /hunter2|secret/);
    });

    it('that is down, or hangs, is retry', async () => {
      const intake = await intakeWith();
      const proxy = await proxyWith(null);
      await proxy.stop();
      running.pop();
      assert.match((await send(intake.url, { proxy: proxy.url })).message, /refused/);
      const silent = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      const { port } = silent.address() as AddressInfo;
      const said = await send(intake.url, {
        proxy: new URL(`http://127.0.0.1:${port}`),
        timeoutMs: 300,
      });
      silent.close();
      assert.match(said.message, /no answer within 0\.3 s/);
    });

    it('that cuts the tunnel while the batch is stored is retry', async () => {
      const proxy = await proxyWith(null);
      const intake = await intakeWith(() => proxy.cut());
      const said = await send(intake.url, { proxy: proxy.url });
      assert.equal(said.kind, 'retry');
      assert.equal(intake.uploads.length, 1);
    });
  });
});

describe('retryAfterMs', () => {
  it('reads seconds and dates, and nothing else', () => {
    const now = Date.UTC(2026, 10, 20);
    assert.equal(retryAfterMs('120', now), 120_000);
    assert.equal(retryAfterMs('Fri, 20 Nov 2026 00:01:00 GMT', now), 60_000);
    assert.equal(retryAfterMs('Thu, 19 Nov 2026 00:01:00 GMT', now), 0);
    for (const text of [null, '', '-1', '1.5', 'soon', '2026-11-20']) {
      assert.equal(retryAfterMs(text, now), null);
    }
  });
});
