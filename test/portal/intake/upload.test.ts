import assert from 'node:assert/strict';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Portal } from '../../../src/portal/portal.ts';
import type { IssuedDevice } from '../../../src/portal/model/devices.ts';
import { decodeReply } from '../../../src/protocol/upload.ts';
import { TestLog, startPortal } from '../../support/portal.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestClock } from '../../support/test-clock.ts';
import {
  authorizationOf,
  batchOf,
  formBody,
  formRequest,
  send,
  sha256,
  upload,
  withFile,
} from '../../support/upload-client.ts';

const LINES = 'first line\nsecond line\nthird line\n';
const LIMITS = { file: 200_000, inflated: 1_000_000 };

describe('the intake', () => {
  const folder = temporaryFolder();
  const clock = new TestClock();
  let log: TestLog;
  let portal: Portal;
  let device: IssuedDevice;
  let url: string;

  beforeEach(async () => {
    log = new TestLog();
    portal = await startPortal(folder(), { clock, log, intakeLimits: LIMITS });
    device = portal.addDevice({ nickname: 'fw1' });
    url = portal.addresses.intakeUrl;
  });
  afterEach(() => portal.close());

  const newBatch = (lines = LINES) => batchOf(device.id, lines, clock.now());
  const put = (batch = newBatch()) => upload(url, device, batch, clock.now());
  const incoming = () => readdirSync(join(folder(), 'intake', 'incoming'));

  it('stores a batch, counts its lines and echoes it', async () => {
    const batch = newBatch();
    const answer = await put(batch);
    assert.equal(answer.status, 200);
    assert.deepEqual(decodeReply(answer.body), {
      batchId: batch.fields['batch_id'],
      sha256: batch.fields['sha256'],
      message: `Log file uploaded successfully for ${device.id}`,
    });
    const path = join(folder(), 'intake', device.id, `${batch.fields['batch_id'] ?? ''}.gz`);
    assert.equal(gunzipSync(readFileSync(path)).toString(), LINES);
    assert.deepEqual(portal.counts(device.id), { batches: 1, lines: 3, gaps: 0 });
    assert.deepEqual(incoming(), []);
  });

  it('counts a last line without newline, an empty batch and gap records as what they are', async () => {
    assert.equal((await put(newBatch('one\ntwo'))).status, 200);
    assert.equal((await put(newBatch(''))).status, 200);
    const gap = newBatch('{"from":"x"}\n');
    assert.equal((await put({ ...gap, fields: { ...gap.fields, kind: 'gap' } })).status, 200);
    assert.deepEqual(portal.counts(device.id), { batches: 3, lines: 2, gaps: 1 });
  });

  it('answers 409 with the echo to a batch it has, and stores it once', async () => {
    const batch = newBatch();
    await put(batch);
    const again = await put(batch);
    assert.equal(again.status, 409);
    assert.equal(decodeReply(again.body)?.batchId, batch.fields['batch_id']);
    assert.equal(portal.counts(device.id).lines, 3);
  });

  it('takes one of two same batches that come at the same time', async () => {
    const batch = newBatch('a line\n'.repeat(50_000));
    const answers = await Promise.all([put(batch), put(batch), put(batch)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
    assert.deepEqual(portal.counts(device.id), { batches: 1, lines: 50_000, gaps: 0 });
    assert.deepEqual(incoming(), []);
  });

  it('does not take other content under the id of a batch it has', async () => {
    const batch = newBatch();
    await put(batch);
    const other = withFile(batch, gzipSync('other\n'));
    assert.equal((await put(other)).status, 422);
    assert.equal(portal.counts(device.id).lines, 3);
  });

  it('keeps equal batch ids of two devices apart', async () => {
    const second = portal.addDevice({ nickname: 'fw2' });
    const batch = newBatch();
    const same = { ...batch, fields: { ...batch.fields, device_id: second.id } };
    assert.equal((await put(batch)).status, 200);
    assert.equal((await upload(url, second, same, clock.now())).status, 200);
    assert.equal(portal.counts(second.id).lines, 3);
  });

  describe('refuses', () => {
    afterEach(() => {
      assert.deepEqual(portal.counts(device.id), { batches: 0, lines: 0, gaps: 0 });
      assert.deepEqual(incoming(), []);
      assert.deepEqual(
        log.lines.filter((line) => line.startsWith('error')),
        [],
      );
    });

    it('an unsigned upload with 401', async () => {
      assert.equal((await send(url, formRequest(), formBody(newBatch()))).status, 401);
    });

    it('a wrong key and an unknown device with 401 and the same words', async () => {
      const stranger = { id: 'tdid_00000000', autoKey: device.autoKey };
      const wrong = { id: device.id, autoKey: Buffer.alloc(32).toString('base64') };
      const answers = [
        await upload(url, wrong, newBatch(), clock.now()),
        await upload(url, stranger, newBatch(), clock.now()),
      ];
      assert.deepEqual(
        answers.map(({ status, body }) => [status, body.replace(/tdid_\w{8}/, 'ID')]),
        Array(2).fill([401, '{"message":"ID is not known or its key is wrong"}']),
      );
    });

    it('a replay from before the time window, and a clock ahead of it, with 401 and the difference', async () => {
      for (const seconds of [-301, 301]) {
        const answer = await upload(url, device, newBatch(), clock.now() + seconds * 1000);
        assert.equal(answer.status, 401);
        assert.match(answer.body, new RegExp(`differs by ${seconds} s`));
      }
    });

    it('a batch that the signature does not cover with 401', async () => {
      const batch = newBatch();
      const signed = { path: new URL(url).pathname, batchId: newBatch().fields['batch_id'] ?? '' };
      const header = authorizationOf(
        device,
        { ...signed, sha256: batch.fields['sha256'] ?? '' },
        clock.now(),
      );
      assert.equal((await send(url, formRequest(header), formBody(batch))).status, 401);
    });

    it('a batch of another device with 403', async () => {
      const other = portal.addDevice();
      const batch = newBatch();
      const foreign = { ...batch, fields: { ...batch.fields, device_id: other.id } };
      assert.equal((await put(foreign)).status, 403);
    });

    it('a hash that is not that of the file with 422', async () => {
      const batch = newBatch();
      assert.equal((await put({ ...batch, file: gzipSync('changed\n') })).status, 422);
    });

    it('a file that is not gzip with 415, an empty, cut or changed one with 422', async () => {
      const whole = gzipSync('a line\n'.repeat(1000) + Math.random().toString());
      const changed = Uint8Array.from(whole);
      changed[whole.length - 5] = (changed[whole.length - 5] ?? 0) ^ 0xff;
      const files: readonly (readonly [number, Uint8Array])[] = [
        [415, Buffer.from('plain text, not gzip\n')],
        [422, new Uint8Array(0)],
        [422, whole.subarray(0, -9)],
        [422, changed],
      ];
      for (const [status, file] of files) {
        assert.equal((await put(withFile(newBatch(), file))).status, status);
      }
    });

    it('a zip bomb with 413', async () => {
      const bomb = gzipSync(Buffer.alloc(50 * 1024 ** 2));
      assert.ok(bomb.length < LIMITS.file);
      assert.equal((await put(withFile(newBatch(), bomb))).status, 413);
    });

    it('a file above the limit with 413, and one just at it for what it holds only', async () => {
      const file = Buffer.alloc(LIMITS.file + 1, 1);
      assert.equal((await put(withFile(newBatch(), file))).status, 413);
      const atLimit = withFile(newBatch(), file.subarray(1));
      assert.equal((await put(atLimit)).status, 415);
    });

    it('another type of body with 415 and a damaged form with 400', async () => {
      const batch = newBatch();
      const { batch_id: batchId = '', sha256: hash = '' } = batch.fields;
      const signed = { path: new URL(url).pathname, batchId, sha256: hash };
      const header = authorizationOf(device, signed, clock.now());
      const json = {
        method: 'POST',
        headers: { Authorization: header, 'Content-Type': 'text/plain' },
      };
      assert.equal((await send(url, json, 'x')).status, 415);
      const whole = formBody(batch);
      const damaged = [
        whole.subarray(0, -20),
        Buffer.from('no form at all'),
        formBody({ ...batch, fields: { ...batch.fields, lines: 'many' } }),
        Buffer.from(whole.toString('latin1').replace('upload_file', 'another_file'), 'latin1'),
      ];
      for (const body of damaged)
        assert.equal((await send(url, formRequest(header), body)).status, 400);
    });

    it('a large unsigned body with an answer, not with a reset', async () => {
      const body = Buffer.concat([formBody(newBatch()), Buffer.alloc(20 * 1024 ** 2)]);
      assert.equal((await send(url, formRequest(), body)).status, 401);
    });
  });

  it('forgets an upload that is cut off, and takes the batch when it comes again', async () => {
    const batch = withFile(newBatch(), gzipSync(Buffer.from('a line\n'.repeat(1000))));
    const { batch_id: batchId = '', sha256: hash = '' } = batch.fields;
    const header = authorizationOf(
      device,
      { path: new URL(url).pathname, batchId, sha256: hash },
      clock.now(),
    );
    const body = formBody(batch);
    const cut = request(url, { ...formRequest(header), rejectUnauthorized: false, agent: false });
    cut.on('error', () => undefined);
    cut.write(body.subarray(0, body.length - 60));
    await until(() => incoming().length === 1);
    cut.destroy();
    await until(() => incoming().length === 0);
    assert.equal(portal.counts(device.id).batches, 0);
    assert.equal((await put(batch)).status, 200);
  });

  it('answers 503 while it cannot write, and takes the batch afterwards', async () => {
    const batch = newBatch();
    const place = join(folder(), 'intake', 'incoming');
    renameSync(place, `${place}.away`);
    writeFileSync(place, '');
    const answer = await put(batch);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '60');
    assert.doesNotMatch(answer.body, /incoming/);
    renameSync(`${place}.away`, `${place}.again`);
    renameSync(place, `${place}.file`);
    renameSync(`${place}.again`, place);
    assert.equal((await put(batch)).status, 200);
  });

  it('says the documented words at the address check', async () => {
    const answer = await send(portal.addresses.validIpUrl, { method: 'GET' });
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(
      answer.body,
      'Your IP address: 127.0.0.1\nAddress is in the list of authorized hosts\n',
    );
  });

  it('has nothing at other paths', async () => {
    const answer = await send(new URL('/', url).href, { method: 'GET' });
    assert.equal(answer.status, 404);
  });

  describe('for beacons', () => {
    const beaconUrl = () => new URL('/v1/beacon', url).href;
    const beacon = (body: string, time = clock.now()) => {
      const signed = { path: '/v1/beacon', batchId: '', sha256: sha256(Buffer.from(body)) };
      const Authorization = authorizationOf(device, signed, time);
      const headers = { Authorization, 'Content-Type': 'application/json' };
      return send(beaconUrl(), { method: 'POST', headers }, body);
    };

    it('keeps the last one of a device', async () => {
      const first = JSON.stringify({ device_id: device.id, version: '1' });
      const second = JSON.stringify({ device_id: device.id, version: '2' });
      assert.equal((await beacon(first)).status, 204);
      assert.equal((await beacon(second, clock.now() + 1000)).status, 204);
      assert.equal((await beacon(first)).status, 204);
      assert.equal(portal.beacon(device.id)?.body, second);
    });

    it('refuses what is unsigned, changed, of another device or no JSON object', async () => {
      const good = JSON.stringify({ device_id: device.id });
      const unsigned = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
      assert.equal((await send(beaconUrl(), unsigned, good)).status, 401);
      assert.equal((await beacon(JSON.stringify({ device_id: 'tdid_00000000' }))).status, 403);
      assert.equal((await beacon('not json')).status, 400);
      assert.equal((await beacon('[]')).status, 400);
      assert.equal((await beacon(`"${'x'.repeat(300_000)}"`)).status, 413);
      assert.equal(portal.beacon(device.id), null);
    });
  });
});

describe('the intake on a full disk', () => {
  const folder = temporaryFolder();

  it('answers 503, loses nothing and takes the batch when there is room', async () => {
    const disk = mountSmallDisk(folder(), 2_048);
    let portal: Portal | null = null;
    try {
      portal = await startPortal(disk.folder);
      const device = portal.addDevice();
      const batch = batchOf(device.id, Array.from({ length: 9000 }, Math.random).join('\n') + '\n');
      disk.fill();
      assert.equal((await upload(portal.addresses.intakeUrl, device, batch)).status, 503);
      assert.equal(portal.counts(device.id).batches, 0);
      writeFileSync(join(disk.folder, 'filler'), '');
      assert.equal((await upload(portal.addresses.intakeUrl, device, batch)).status, 200);
      assert.equal(portal.counts(device.id).lines, 9000);
    } finally {
      await portal?.close();
      disk.unmount();
    }
  });
});

/** Waits until the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
