import { createHash, randomUUID } from 'node:crypto';
import { request, type RequestOptions } from 'node:https';
import { gzipSync } from 'node:zlib';
import { decodeKey, formatAuthorization, signUpload } from '../../src/protocol/upload.ts';
import type { IssuedDevice } from '../../src/portal/model/devices.ts';

/** An HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends a request over HTTPS to a test's portal, whose certificate is not checked. */
export function send(
  url: string,
  options: RequestOptions,
  body: Uint8Array | string = '',
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { rejectUnauthorized: false, agent: false, ...options });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      incoming.on('end', () => {
        const { statusCode: status = 0, headers } = incoming;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body);
  });
}

/** A batch as a device would send it. */
export interface TestBatch {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: Uint8Array;
}

/** A batch of these lines, right in every part. */
export function batchOf(deviceId: string, lines: string, time = Date.now()): TestBatch {
  const file = gzipSync(lines);
  const at = new Date(time).toISOString();
  const fields = {
    device_id: deviceId,
    batch_id: randomUUID(),
    sha256: sha256(file),
    kind: 'hits',
    lines: String(lines.split('\n').length - 1),
    first: at,
    last: at,
  };
  return { fields, file };
}

/** The same batch with another file and its right hash. */
export function withFile({ fields }: TestBatch, file: Uint8Array): TestBatch {
  return { fields: { ...fields, sha256: sha256(file) }, file };
}

/** The header that a device signs its request with. */
export function authorizationOf(
  device: Pick<IssuedDevice, 'id' | 'autoKey'>,
  signed: { path: string; batchId: string; sha256: string },
  time = Date.now(),
): string {
  const ts = Math.floor(time / 1000);
  const signature = signUpload({ ...signed, method: 'POST', ts }, decodeKey(device.autoKey));
  return formatAuthorization({ deviceId: device.id, ts, signature });
}

/** Uploads a batch, signed by the device. */
export function upload(
  url: string,
  device: Pick<IssuedDevice, 'id' | 'autoKey'>,
  batch: TestBatch,
  time = Date.now(),
): Promise<HttpAnswer> {
  const { batch_id: batchId = '', sha256: hash = '' } = batch.fields;
  const signed = { path: new URL(url).pathname, batchId, sha256: hash };
  return send(url, formRequest(authorizationOf(device, signed, time)), formBody(batch));
}

const BOUNDARY = 'test-boundary-7ba31f';

/** Method and headers of an upload. */
export function formRequest(authorization?: string): RequestOptions {
  const type = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };
  const headers = authorization === undefined ? type : { ...type, Authorization: authorization };
  return { method: 'POST', headers };
}

/** The form, its file last. */
export function formBody({ fields, file }: TestBatch): Buffer {
  const part = (disposition: string): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
  const texts = Object.entries(fields).map(
    ([name, value]) => `${part(`name="${name}"`)}${value}\r\n`,
  );
  const head = `${texts.join('')}${part('name="upload_file"; filename="hits.gz"')}`;
  return Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** SHA-256, hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
