import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import { encodeQuery, encodeResponse, parseQuestion } from '../../src/protocol/dns-message.ts';
import {
  ResponseError,
  scanAddresses,
  type Asked,
  type ResponseReason,
} from '../../src/protocol/dns-response.ts';
import { FLAG } from '../../src/protocol/dns-scan.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import { aplTarget, textsIn } from '../support/apl-target.ts';
import { bytesOf, captured } from '../support/captured-messages.ts';

const NAME = 'old.threatstop.local';
const ASKED: Asked = { id: 77, name: NAME, type: TYPE.A };
const QUESTION = parseQuestion(encodeQuery({ id: 77, name: NAME, type: 'A' }));
const ADDRESS = Buffer.from([192, 0, 2, 1]);

interface Parts {
  readonly rcode?: number;
  readonly truncated?: boolean;
  readonly answers?: readonly { name?: string; type?: number; rdata: Uint8Array }[];
}

function response({ rcode = RCODE.NOERROR, truncated = false, answers = [] }: Parts): Uint8Array {
  const records = answers.map((record) => ({ name: NAME, type: TYPE.A, ttl: 1, ...record }));
  return encodeResponse({ question: QUESTION, rcode, truncated, answers: records });
}

function scanned(what: string): string[] {
  const { id, name, type } = captured(what);
  const target = aplTarget();
  scanAddresses(bytesOf(captured(what)), { id, name, type: TYPE[type] }, target);
  return textsIn(target);
}

function reasonOf(message: Uint8Array, asked = ASKED): ResponseReason {
  try {
    scanAddresses(message, asked, aplTarget());
  } catch (error) {
    assert.ok(error instanceof ResponseError, String(error));
    return error.reason;
  }
  throw new assert.AssertionError({ message: 'It was accepted.' });
}

describe('address answers', () => {
  it('of BIND are read exactly', () => {
    assert.deepEqual(scanned('IPv4 addresses'), ['198.51.100.1', '203.0.113.77']);
    assert.deepEqual(scanned('IPv6 addresses'), ['2001:db8::1', '2001:db8:1:2:3:4:5:6']);
    const both = ['0.0.0.0/0', '10.0.0.0/8', '64.87.3.133', '192.0.2.0/24', '2001:db8::/32'];
    assert.deepEqual(scanned('prefixes of both families'), [...both, '!192.0.2.7']);
  });

  it('without records, truncated and with an error code are told apart', () => {
    assert.equal(reasonOf(response({})), 'no-answer');
    assert.equal(reasonOf(response({ truncated: true })), 'truncated');
    assert.equal(reasonOf(response({ rcode: RCODE.SERVFAIL })), 'rcode');
    assert.throws(() => scanned('a name that does not exist'), { reason: 'rcode', rcode: 3 });
  });

  it('that answer something else are told apart', () => {
    const good = response({ answers: [{ rdata: ADDRESS }] });
    assert.equal(scanAddresses(good, ASKED, aplTarget()), 1);
    assert.equal(reasonOf(good, { ...ASKED, id: 78 }), 'other-id');
    assert.equal(reasonOf(good, { ...ASKED, name: 'older.threatstop.local' }), 'other-question');
    assert.equal(reasonOf(good, { ...ASKED, type: TYPE.APL }), 'other-question');
    assert.equal(reasonOf(changed(good, 2, 0)), 'not-a-response');
    assert.equal(reasonOf(changed(good, 2, 0xa8)), 'not-a-response');
    assert.equal(reasonOf(changed(good, 5, 0)), 'other-question');
  });

  it('without a question are taken only as errors', () => {
    const error = changed(response({ rcode: RCODE.FORMERR }).subarray(0, 12), 5, 0);
    assert.equal(reasonOf(error), 'rcode');
  });

  it('with a record of another name, type or class are refused; an alias is not followed', () => {
    const one = { rdata: ADDRESS };
    const other = { name: 'other.local', rdata: ADDRESS };
    assert.equal(reasonOf(response({ answers: [one, other] })), 'other-record');
    assert.equal(reasonOf(response({ answers: [{ ...one, type: TYPE.TXT }] })), 'other-record');
    assert.throws(() => scanned('an alias'), { reason: 'other-record' });
    const chaos = changed(response({ answers: [one] }), QUESTION.bytes.length + 17, 3);
    assert.equal(reasonOf(chaos), 'other-record');
  });

  it('take the name of a record in full and in upper case', () => {
    const message = response({ answers: [{ name: `${NAME}.`, rdata: ADDRESS }] });
    const text = Buffer.from(message).toString('latin1');
    const at = text.lastIndexOf('old');
    const upper = Buffer.from(text.slice(0, at) + 'OLD' + text.slice(at + 3), 'latin1');
    assert.ok(at > 20);
    assert.equal(scanAddresses(upper, ASKED, aplTarget()), 1);
  });

  it('with an address record that is not 4 bytes are refused', () => {
    for (const bytes of [0, 3, 5, 16]) {
      const message = response({ answers: [{ rdata: Buffer.alloc(bytes) }] });
      assert.throws(() => scanAddresses(message, ASKED, aplTarget()), /has \d+ bytes, not 4/);
    }
  });

  it('cut at any byte, or with a byte more, are refused', () => {
    const { id, name, type } = captured('prefixes of both families');
    const asked = { id, name, type: TYPE[type] };
    const whole = bytesOf(captured('prefixes of both families'));
    for (let bytes = 0; bytes < whole.length; bytes++) {
      const cut = whole.subarray(0, bytes);
      assert.throws(() => scanAddresses(cut, asked, aplTarget()), FormatError, `${bytes} bytes`);
    }
    const more = Buffer.concat([whole, Buffer.alloc(1)]);
    assert.throws(() => scanAddresses(more, asked, aplTarget()), /1 bytes follow the last record/);
  });

  it('that claim more records than there are bytes are refused', () => {
    const message = new Uint8Array(12);
    message.set([0, 77, FLAG.QR >> 8, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    assert.throws(() => scanAddresses(message, ASKED, aplTarget()), FormatError);
  });
});

function changed(message: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = message.slice();
  copy[offset] = value;
  return copy;
}
