import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormatError } from '../../src/core/errors.ts';
import {
  decodeFields,
  decodeGap,
  decodeKey,
  decodeReply,
  encodeFields,
  encodeGap,
  encodeReply,
  formatAuthorization,
  parseAuthorization,
  signUpload,
  verifyUpload,
  type UploadFields,
} from '../../src/protocol/upload.ts';

const KEY = decodeKey('c2VjcmV0IGtleSBvZiBhIGRldmljZQ==');
const INPUT = {
  method: 'POST',
  path: '/cgi-bin/logupload.pl',
  ts: 1_772_000_000,
  batchId: '019aa0c8-1111-7222-8333-444444444444',
  sha256: 'a'.repeat(64),
};

describe('upload signature', () => {
  it('is the HMAC-SHA-256 that openssl computes over the five lines', () => {
    // printf 'POST\n/cgi-bin/logupload.pl\n1772000000\n019aa0c8-…\naaaa…' | openssl dgst -sha256 -hmac 'secret key of a device'
    assert.equal(
      signUpload(INPUT, KEY),
      'af6576bbb96058899603bbebcc58cd0a588936f00a0da9ac5f215883afef1084',
    );
  });

  it('is accepted with the same key only', () => {
    const signature = signUpload(INPUT, KEY);
    assert.equal(verifyUpload(INPUT, signature, KEY), true);
    assert.equal(verifyUpload(INPUT, signature, decodeKey('AAAAAAAAAAAAAAAAAAAAAA==')), false);
  });

  it('does not cover another method, path, time, batch or content', () => {
    const signature = signUpload(INPUT, KEY);
    const others = [
      { method: 'PUT' },
      { path: '/' },
      { ts: INPUT.ts + 1 },
      { batchId: '019aa0c8-1111-7222-8333-444444444445' },
      { sha256: 'b'.repeat(64) },
    ];
    for (const other of others) {
      assert.equal(verifyUpload({ ...INPUT, ...other }, signature, KEY), false);
    }
  });

  it('of any other text is refused without an exception', () => {
    fc.assert(fc.property(fc.string(), (text) => !verifyUpload(INPUT, text, KEY)));
  });
});

describe('upload authorization header', () => {
  it('is read back as written', () => {
    const authorization = {
      deviceId: 'tdid_abcd1234',
      ts: 1_772_000_000,
      signature: 'f'.repeat(64),
    };
    const header = formatAuthorization(authorization);
    assert.equal(
      header,
      `TS-HMAC-SHA256 device=tdid_abcd1234, ts=1772000000, sig=${'f'.repeat(64)}`,
    );
    assert.deepEqual(parseAuthorization(header), authorization);
  });

  it('of another scheme or form is none', () => {
    const sig = 'f'.repeat(64);
    const headers = [
      undefined,
      '',
      'Basic dXNlcjpwYXNz',
      `TS-HMAC-SHA256 device=a b, ts=1, sig=${sig}`,
      `TS-HMAC-SHA256 device=a, ts=-1, sig=${sig}`,
      `TS-HMAC-SHA256 device=a, ts=1, sig=${sig}0`,
      `TS-HMAC-SHA256 device=a, ts=1, sig=${sig}\n`,
    ];
    for (const header of headers) assert.equal(parseAuthorization(header), null);
  });
});

describe('upload form', () => {
  const fields: UploadFields = {
    deviceId: 'tdid_abcd1234',
    batchId: INPUT.batchId,
    sha256: INPUT.sha256,
    kind: 'gap',
    lines: 3,
    first: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    last: Date.UTC(2026, 0, 2, 3, 4, 6),
  };

  it('is read back as written', () => {
    assert.deepEqual(decodeFields(encodeFields(fields)), fields);
  });

  it('without a kind holds hits', () => {
    const form: Record<string, string | undefined> = { ...encodeFields(fields), kind: undefined };
    assert.equal(decodeFields(form).kind, 'hits');
  });

  it('with a missing or bad field is refused by the name of the field', () => {
    for (const name of Object.keys(encodeFields(fields))) {
      for (const bad of ['', 'x y', '\u001b[31m']) {
        const form = { ...encodeFields(fields), [name]: bad };
        assert.throws(
          () => decodeFields(form),
          (thrown) => thrown instanceof FormatError && thrown.message.includes(`field ${name}:`),
        );
      }
    }
    assert.throws(() => decodeFields({ ...encodeFields(fields), first: '2026-13-40T00:00:00Z' }));
  });
});

describe('upload reply', () => {
  it('is read back as written', () => {
    const reply = {
      batchId: INPUT.batchId,
      sha256: INPUT.sha256,
      message: 'Log file uploaded successfully for tdid_abcd1234',
    };
    assert.deepEqual(decodeReply(encodeReply(reply)), reply);
  });

  it('cut off, of another type or without the echo is none', () => {
    const whole = encodeReply({ batchId: 'b', sha256: 's', message: 'm' });
    for (const body of [whole.slice(0, -3), '', 'null', '[]', '<html>', '{"batch_id":1}', '3']) {
      assert.equal(decodeReply(body), null);
    }
  });
});

describe('gap line', () => {
  it('is read back as written, on one line', () => {
    const gap = { from: 1000, to: 2000, bytes: 12, lines: null, reason: 'two\nlines' };
    assert.equal(encodeGap(gap).indexOf('\n'), encodeGap(gap).length - 1);
    assert.deepEqual(decodeGap(encodeGap(gap)), gap);
  });

  it('of other text is none, without an exception', () => {
    fc.assert(fc.property(fc.string(), (text) => decodeGap(text) === null));
    fc.assert(fc.property(fc.json(), (text) => decodeGap(text) === null));
    assert.equal(decodeGap('{"from":"x","to":"y","reason":""}'), null);
  });
});
