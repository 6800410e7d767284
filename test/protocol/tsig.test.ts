import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import { concat, uint48 } from '../../src/protocol/dns-bytes.ts';
import { encodeQuery, encodeResponse, parseQuestion } from '../../src/protocol/dns-message.ts';
import {
  BADKEY,
  BADTIME,
  TsigError,
  readTsig,
  signMessage,
  verifyMessage,
  type TsigReason,
} from '../../src/protocol/tsig.ts';
import { bytesOf, captured } from '../support/captured-messages.ts';
import { TEST_KEY } from '../support/named.ts';

const NOW = 1_795_000_000;
const KEY = { name: 'tdid_dev1', secret: Buffer.from('a secret of the device') };
const QUERY = encodeQuery({ id: 4711, name: 'basic.threatstop.local', type: 'APL' });

function reasonOf(work: () => unknown): { reason: TsigReason; difference: number | null } {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof TsigError, String(error));
    return { reason: error.reason, difference: error.differenceS };
  }
  throw new assert.AssertionError({ message: 'It was accepted.' });
}

/** The answer to the query, without a signature. */
function answer(): Uint8Array {
  return encodeResponse({ question: parseQuestion(QUERY), rcode: 0 });
}

describe('TSIG', () => {
  it('gives the message back as it was signed', () => {
    const signed = signMessage(QUERY, KEY, NOW);
    const verified = verifyMessage(signed.message, KEY, NOW + 300);
    assert.deepEqual(Buffer.from(verified.message), Buffer.from(QUERY));
    assert.deepEqual(verified.mac, new Uint8Array(signed.mac));
    assert.equal(verified.timeSigned, NOW);
  });

  it('ties an answer to its request', () => {
    const { mac } = signMessage(QUERY, KEY, NOW);
    const signed = signMessage(answer(), KEY, NOW, { requestMac: mac }).message;
    assert.equal(verifyMessage(signed, KEY, NOW, { requestMac: mac }).message.length, 40);
    const other = signMessage(QUERY, KEY, NOW + 1).mac;
    for (const context of [{}, { requestMac: other }]) {
      assert.equal(
        reasonOf(() => verifyMessage(signed, KEY, NOW, context)).reason,
        'bad-signature',
      );
    }
  });

  it('chains the messages of one answer, also over some without a signature', () => {
    const request = signMessage(QUERY, KEY, NOW).mac;
    const first = signMessage(answer(), KEY, NOW, { requestMac: request });
    const unsigned = [answer(), answer()];
    const last = signMessage(answer(), KEY, NOW, { priorMac: first.mac, unsigned });
    const { mac } = verifyMessage(first.message, KEY, NOW, { requestMac: request });
    verifyMessage(last.message, KEY, NOW, { priorMac: mac, unsigned });
    const lost = () =>
      verifyMessage(last.message, KEY, NOW, { priorMac: mac, unsigned: [answer()] });
    assert.equal(reasonOf(lost).reason, 'bad-signature');
  });

  it('refuses a message with any bit changed', () => {
    const { message } = signMessage(QUERY, KEY, NOW);
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = message.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      if (sameMeaning(changed, message)) continue;
      assert.throws(() => verifyMessage(changed, KEY, NOW), FormatError, `bit ${bit}`);
    }
  });

  it('refuses a message without a signature, with another key and with another secret', () => {
    const { message } = signMessage(QUERY, KEY, NOW);
    assert.equal(reasonOf(() => verifyMessage(QUERY, KEY, NOW)).reason, 'missing');
    const named = { ...KEY, name: 'tdid_dev2' };
    assert.equal(reasonOf(() => verifyMessage(message, named, NOW)).reason, 'bad-key');
    const secret = { ...KEY, secret: Buffer.from('another secret') };
    assert.equal(reasonOf(() => verifyMessage(message, secret, NOW)).reason, 'bad-signature');
  });

  it('tells by how much the clocks differ', () => {
    const { message } = signMessage(QUERY, KEY, NOW);
    const late = reasonOf(() => verifyMessage(message, KEY, NOW + 301));
    assert.deepEqual(late, { reason: 'bad-time', difference: -301 });
    const early = reasonOf(() => verifyMessage(message, KEY, NOW - 301));
    assert.deepEqual(early, { reason: 'bad-time', difference: 301 });
  });

  it("tells the server's time when the server found the clocks different", () => {
    const { mac } = signMessage(QUERY, KEY, NOW);
    const options = { requestMac: mac, error: BADTIME, otherData: uint48(NOW - 900) };
    const { message } = signMessage(answer(), KEY, NOW, options);
    const found = reasonOf(() => verifyMessage(message, KEY, NOW, { requestMac: mac }));
    assert.deepEqual(found, { reason: 'bad-time', difference: -900 });
  });

  it('tells that the server refused the key, by our own and by a real answer', () => {
    const { message } = signMessage(answer(), KEY, NOW, { error: BADKEY });
    assert.throws(() => verifyMessage(message, KEY, NOW), { reason: 'server-error', code: BADKEY });
    const real = bytesOf(captured('a refused key'));
    assert.throws(() => verifyMessage(real, TEST_KEY, NOW), { reason: 'server-error', code: 16 });
  });

  it('reads the record of a real answer without verifying it', () => {
    const tsig = readTsig(bytesOf(captured('a signed answer')));
    assert.equal(tsig?.keyName, TEST_KEY.name);
    assert.equal(tsig.algorithm, 'hmac-sha256');
    assert.equal(tsig.mac.length, 32);
    assert.equal(tsig.fudge, 300);
    assert.equal(readTsig(bytesOf(captured('sub-lists'))), null);
  });

  it('refuses a record behind the signature', () => {
    const { message } = signMessage(QUERY, KEY, NOW);
    const more = concat([message, message.subarray(QUERY.length)]);
    more[11] = 2;
    assert.throws(() => verifyMessage(more, KEY, NOW), /follows the TSIG record/);
  });

  it('does not sign a message that would not fit', () => {
    assert.throws(() => signMessage(new Uint8Array(65_500), KEY, NOW), /65\d{3} bytes/);
  });
});

/** Changes that do not matter: another id on the way, another case of key name and algorithm. */
function sameMeaning(changed: Uint8Array, message: Uint8Array): boolean {
  const id = changed[0] !== message[0] || changed[1] !== message[1];
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').toLowerCase();
  const recordAt = QUERY.length;
  const record = text(changed.subarray(recordAt)) === text(message.subarray(recordAt));
  const body = text(changed.subarray(0, recordAt)) !== text(message.subarray(0, recordAt));
  return id || (record && !body);
}
