import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createAnswerQuery } from '../../../src/portal/dns/answer-query.ts';
import type { Answer, Query, Transport } from '../../../src/portal/dns/resolver.ts';
import { encodeQuery } from '../../../src/protocol/dns-message.ts';
import { readHeader } from '../../../src/protocol/dns-scan.ts';
import { RCODE, TYPE } from '../../../src/protocol/dns-types.ts';
import { BADKEY, readTsig, signMessage, verifyMessage } from '../../../src/protocol/tsig.ts';
import { TestLog } from '../../support/portal.ts';
import { TestClock } from '../../support/test-clock.ts';

const KEY = { name: 'tdid_01234567', secret: new Uint8Array(32).fill(7) };
const QUERY = encodeQuery({ id: 4711, name: 'list.threatstop.local', type: 'APL' });
const TC = 0x0200;

describe('the answer to a DNS message', () => {
  const clock = new TestClock();
  const nowS = Math.floor(clock.now() / 1000);
  let log: TestLog;
  beforeEach(() => {
    log = new TestLog();
  });

  const answerWith = (resolve: (query: Query) => Answer) => {
    const answer = createAnswerQuery({
      name: 'policy',
      resolve,
      findKey: (name) => (name === KEY.name ? KEY : null),
      clock,
      log,
    });
    return (query: Uint8Array, peer: string, transport?: Transport): Uint8Array | null => {
      const messages = answer(query, peer, transport);
      return messages === null ? null : ([...messages][0] ?? null);
    };
  };
  const withApl = (bytes: number) =>
    answerWith(({ question: { name } }) => ({
      rcode: RCODE.NOERROR,
      answers: [{ name, type: TYPE.APL, ttl: 0, rdata: new Uint8Array(bytes) }],
    }));

  it('has id, question and records of the query it is for', () => {
    const reply = withApl(8)(QUERY, 'peer');
    assert.ok(reply);
    const { id, rcode, questions, answers } = readHeader(reply);
    assert.deepEqual([id, rcode, questions, answers], [4711, RCODE.NOERROR, 1, 1]);
  });

  it('that does not fit 65,535 bytes is empty and marked as truncated', () => {
    const reply = withApl(65_535)(QUERY, 'peer');
    assert.ok(reply);
    const { flags, answers, rcode } = readHeader(reply);
    assert.deepEqual([flags & TC, answers, rcode], [TC, 0, RCODE.NOERROR]);
  });

  it('that fits only unsigned is truncated where it must be signed, and signed', () => {
    const largest = 65_535 - QUERY.length - 12;
    const unsigned = withApl(largest)(QUERY, 'peer');
    assert.equal(unsigned?.length, 65_535);
    const query = signMessage(QUERY, KEY, nowS);
    const signed = withApl(largest)(query.message, 'peer');
    assert.ok(signed);
    assert.equal(readHeader(signed).flags & TC, TC);
    verifyMessage(signed, KEY, nowS, { requestMac: query.mac });
  });

  it('tells the resolvers the key only when the signature is right', () => {
    const seen: (string | null)[] = [];
    const answer = answerWith(({ keyName }) => {
      seen.push(keyName);
      return { rcode: RCODE.NOERROR };
    });
    answer(QUERY, 'peer');
    answer(signMessage(QUERY, KEY, nowS).message, 'peer');
    const forged = answer(signMessage(QUERY, { ...KEY, name: 'other' }, nowS).message, 'peer');
    assert.deepEqual(seen, [null, KEY.name]);
    assert.ok(forged);
    assert.equal(readHeader(forged).rcode, RCODE.NOTAUTH);
    assert.equal(readTsig(forged)?.error, BADKEY);
  });

  it('is SERVFAIL, and a line in the log, when a resolver fails', () => {
    const answer = answerWith(() => {
      throw new Error('the database is gone');
    });
    const reply = answer(QUERY, '192.0.2.7');
    assert.ok(reply);
    assert.equal(readHeader(reply).rcode, RCODE.SERVFAIL);
    assert.deepEqual(log.lines, [
      'error policy: a query from 192.0.2.7 failed: the database is gone',
    ]);
  });

  it('is none for an answer and for what is shorter than a header', () => {
    const response = Uint8Array.from(QUERY);
    response[2] = 0x80;
    assert.equal(withApl(8)(response, 'peer'), null);
    assert.equal(withApl(8)(QUERY.subarray(0, 11), 'peer'), null);
  });

  it('is FORMERR for two questions, a cut name and bytes behind the last record', () => {
    const two = Uint8Array.from(QUERY);
    two[5] = 2;
    for (const message of [two, QUERY.subarray(0, 20), Buffer.concat([QUERY, Buffer.alloc(3)])]) {
      const reply = withApl(8)(message, 'peer');
      assert.ok(reply);
      assert.equal(readHeader(reply).rcode, RCODE.FORMERR);
    }
  });

  it('is an error or none, never an exception, for damaged queries', () => {
    const answer = withApl(8);
    const signed = signMessage(QUERY, KEY, nowS).message;
    const place = fc.nat(signed.length - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1 }), place, (edits, cut) => {
        const message = Uint8Array.from(signed);
        for (const [at, value] of edits) message[at] = value;
        for (const damaged of [message, message.subarray(0, cut)]) {
          const reply = answer(damaged, 'peer');
          assert.ok(reply === null || (readHeader(reply).flags & 0x8000) !== 0);
        }
      }),
    );
  });
});
