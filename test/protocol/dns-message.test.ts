import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import {
  decodeSmall,
  encodeQuery,
  encodeResponse,
  encodeSoa,
  encodeTxt,
  parseQuestion,
} from '../../src/protocol/dns-message.ts';
import { encodeName } from '../../src/protocol/dns-name.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import { bytesOf, captured } from '../support/captured-messages.ts';

const NAME = 'basic.threatstop.local';

function query(type: 'PTR' | 'SOA' | 'TXT' | 'APL' = 'PTR') {
  return parseQuestion(encodeQuery({ id: 9, name: NAME, type }));
}

/** An answer with one record of the question's type. */
function answerOf(type: 'PTR' | 'SOA' | 'TXT', rdata: Uint8Array): Uint8Array {
  const question = query(type);
  const record = { name: NAME, type: question.type, ttl: 60, rdata };
  return encodeResponse({ question, rcode: RCODE.NOERROR, answers: [record] });
}

describe('DNS queries', () => {
  it('are read by the server as they were written', () => {
    const question = parseQuestion(encodeQuery({ id: 513, name: 'Basic.Local', type: 'APL' }));
    assert.equal(question.id, 513);
    assert.equal(question.name, 'basic.local');
    assert.equal(question.type, TYPE.APL);
    assert.equal(question.recursionDesired, true);
    assert.equal(question.edns, false);
    assert.equal(question.udpBytes, 512);
  });

  it('tell the size that EDNS allows', () => {
    const plain = encodeQuery({ id: 1, name: NAME, type: 'SOA' });
    const edns = Buffer.concat([plain, Buffer.from('0000290fa0000000000000', 'hex')]);
    edns[11] = 1;
    const question = parseQuestion(edns);
    assert.equal(question.edns, true);
    assert.equal(question.udpBytes, 4000);
    const answer = encodeResponse({ question, rcode: RCODE.REFUSED });
    assert.equal(answer.length, plain.length + 11);
  });

  it('are refused when they are responses, other opcodes, of no or two questions, of another class, or cut', () => {
    const good = encodeQuery({ id: 1, name: NAME, type: 'SOA' });
    const changes: [number, number][] = [
      [2, 0x80],
      [2, 0x10],
      [5, 0],
      [5, 2],
      [good.length - 1, 3],
    ];
    for (const [offset, value] of changes) {
      const bad = new Uint8Array(good);
      bad[offset] = value;
      assert.throws(() => parseQuestion(bad), FormatError, `byte ${offset}`);
    }
    for (let bytes = 0; bytes < good.length; bytes++) {
      assert.throws(() => parseQuestion(good.subarray(0, bytes)), FormatError);
    }
  });

  it('are not written for a name that is not one', () => {
    assert.throws(
      () => encodeQuery({ id: 1, name: `${'a'.repeat(64)}.local`, type: 'A' }),
      FormatError,
    );
  });
});

describe('DNS responses', () => {
  it('of BIND are read: SOA, sub-lists and settings', () => {
    const soa = decodeSmall(bytesOf(captured('SOA of the zone'))).answers;
    assert.deepEqual(soa[0], {
      type: 'SOA',
      name: 'threatstop.local',
      soa: {
        mname: 'ns.threatstop.local',
        rname: 'host.threatstop.local',
        serial: 7,
        refresh: 60,
        retry: 60,
        expire: 3600,
        minimum: 60,
      },
    });
    const below = decodeSmall(bytesOf(captured('SOA below the zone')));
    assert.equal(below.answers.length, 0);
    assert.equal(below.authority[0]?.name, 'threatstop.local');
    const subLists = decodeSmall(bytesOf(captured('sub-lists'))).answers;
    assert.deepEqual(subLists.map((record) => record.type === 'PTR' && record.target).sort(), [
      'basic-l0.threatstop.local',
      'basic-l1.threatstop.local',
    ]);
    const settings = decodeSmall(bytesOf(captured('settings, signed'))).answers;
    const strings = ['v=1', 'serial=5', 'block_list=basic.threatstop.local'];
    const name = 'tdid_dev1.config.threatstop.local';
    assert.deepEqual(settings, [{ type: 'TXT', name, strings }]);
  });

  it('written by us are read again', () => {
    const times = { serial: 2 ** 32 - 1, refresh: 1, retry: 2, expire: 3, minimum: 4 };
    const soa = { mname: 'ns.local', rname: 'host.local', ...times };
    assert.deepEqual(decodeSmall(answerOf('SOA', encodeSoa(soa))).answers, [
      { type: 'SOA', name: NAME, soa },
    ]);
    const strings = ['v=1', 'ü'.repeat(127), ''];
    assert.deepEqual(decodeSmall(answerOf('TXT', encodeTxt(strings))).answers, [
      { type: 'TXT', name: NAME, strings },
    ]);
  });

  it('with a record whose data does not end where its length says are refused', () => {
    const soa = { mname: 'a', rname: 'b', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 };
    for (const answer of [
      answerOf('PTR', Buffer.concat([encodeName('x.local'), Buffer.alloc(1)])),
      answerOf('SOA', encodeSoa(soa).subarray(0, -1)),
      answerOf('TXT', Buffer.from('\u0005four', 'latin1')),
      answerOf('TXT', Buffer.from([2, 0xc3, 0x28])),
      answerOf('PTR', Buffer.from('\u0003a.b\u0000', 'latin1')),
    ]) {
      assert.throws(() => decodeSmall(answer), FormatError);
    }
  });

  it('cut at any byte are refused', () => {
    const whole = bytesOf(captured('sub-lists'));
    for (let bytes = 0; bytes < whole.length; bytes++) {
      assert.throws(() => decodeSmall(whole.subarray(0, bytes)), FormatError, `${bytes} bytes`);
    }
  });

  it('are not written when they would be longer than a TCP message', () => {
    const question = query('APL');
    const record = (bytes: number) => ({
      name: NAME,
      type: TYPE.APL,
      ttl: 1,
      rdata: new Uint8Array(bytes),
    });
    const fits = 65_535 - 12 - question.bytes.length - 12;
    const answer = encodeResponse({ question, rcode: 0, answers: [record(fits)] });
    assert.equal(answer.length, 65_535);
    const tooLong = { question, rcode: 0, answers: [record(fits + 1)] };
    assert.throws(() => encodeResponse(tooLong), /65536 bytes/);
    assert.throws(() => encodeResponse({ ...tooLong, answers: [record(70_000)] }), /70000 bytes/);
  });

  it('are not written with a TXT record without strings or with too long ones', () => {
    assert.throws(() => encodeTxt([]), FormatError);
    assert.throws(() => encodeTxt(['x'.repeat(256)]), FormatError);
  });
});
