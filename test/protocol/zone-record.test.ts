import assert from 'node:assert/strict';
import { FormatError } from '../../src/core/errors.ts';
import { concat, uint16s } from '../../src/protocol/dns-bytes.ts';
import {
  encodeResponse,
  parseQuestion,
  type AnswerRecord,
} from '../../src/protocol/dns-message.ts';
import { encodeName } from '../../src/protocol/dns-name.ts';
import { RecordCursor } from '../../src/protocol/dns-scan.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { encodeIxfrQuery } from '../../src/protocol/ixfr-query.ts';
import {
  LARGEST_RECORD,
  ZoneRecordCursor,
  roomFor,
  writeZoneRecord,
} from '../../src/protocol/zone-record.ts';
import { a, ptr } from '../support/dns-server.ts';

const ZONE = 'threatstop.local';
const question = parseQuestion(encodeIxfrQuery(1, ZONE, 5));
const POINTER_TO_ZONE = uint16s(0xc00c);

function cursorOf(answers: readonly AnswerRecord[]): RecordCursor {
  return new RecordCursor(encodeResponse({ question, rcode: 0, answers }));
}

/** The record in the form that is kept; empty when it is passed over. */
function kept(name: string, type: number, rdata: Uint8Array): Uint8Array {
  const record = cursorOf([{ name, type, ttl: 60, rdata }]);
  assert.ok(record.next());
  return writeZone(record);
}

function writeZone(record: RecordCursor): Uint8Array {
  const into = new Uint8Array(LARGEST_RECORD);
  const end = writeZoneRecord(record, encodeName(ZONE), into, 0);
  assert.ok(end <= roomFor(record));
  return into.slice(0, end);
}

/** A message of one record, byte by byte. */
function raw(owner: Uint8Array, type: number, rdata: Uint8Array): Uint8Array {
  const header = uint16s(1, 0x8000, 1, 1, 0, 0);
  const fixed = uint16s(type, 1, 0, 60, rdata.length);
  return concat([header, question.bytes, owner, fixed, rdata]);
}

function keptOf(message: Uint8Array): Uint8Array {
  const record = new RecordCursor(message);
  assert.ok(record.next());
  return writeZone(record);
}

describe('records of a zone that are kept', () => {
  it('have their owner without the zone, their type, and their data behind its length', () => {
    const bytes = kept(`a.${ZONE}`, TYPE.A, a('192.0.2.1'));
    assert.deepEqual([...bytes], [1, 97, 0, 0, 1, 0, 4, 192, 0, 2, 1]);
    const apex = kept(ZONE, TYPE.APL, Uint8Array.of(0, 1, 8, 1, 10));
    assert.deepEqual([...apex], [0, 0, 42, 0, 5, 0, 1, 8, 1, 10]);
  });

  it('have equal bytes, compressed or not, in upper or lower case', () => {
    const wanted = kept(`list.${ZONE}`, TYPE.PTR, ptr(`part.${ZONE}`));
    const upper = (text: string) => Buffer.from(text.toUpperCase(), 'latin1');
    const label = (text: string) => concat([Uint8Array.of(text.length), upper(text)]);
    const [list, part] = [label('list'), label('part')];
    const zoneInUpper = concat([label('threatstop'), label('local'), Uint8Array.of(0)]);
    for (const rest of [POINTER_TO_ZONE, zoneInUpper]) {
      const message = raw(concat([list, rest]), TYPE.PTR, concat([part, rest]));
      assert.deepEqual(keptOf(message), wanted);
    }
  });

  it('are lists and triggers by address only, inside the zone', () => {
    const root = Uint8Array.of(0);
    const trigger = `24.0.2.0.192.rpz-ip.${ZONE}`;
    assert.ok(kept(trigger, TYPE.CNAME, root).length > 0);
    assert.ok(kept(trigger, TYPE.TXT, Uint8Array.of(1, 65)).length > 0);
    const [RRSIG, NSEC] = [46, 47];
    for (const [name, type] of [
      [trigger, RRSIG],
      [trigger, NSEC],
      [`www.${ZONE}`, TYPE.CNAME],
      [`rpz-ip-not.${ZONE}`, TYPE.CNAME],
      ['basic.example.org', TYPE.A],
      [`basic.x${ZONE}`, TYPE.A],
      ['local', TYPE.A],
    ] as const) {
      assert.equal(kept(name, type, a('192.0.2.1')).length, 0, `${type} ${name}`);
    }
    const chaos = raw(POINTER_TO_ZONE, TYPE.A, a('192.0.2.1'));
    chaos[12 + question.bytes.length + 5] = 3;
    assert.equal(keptOf(chaos).length, 0);
  });

  it('may be as long as a message', () => {
    const apl = new Uint8Array(65_300);
    assert.equal(kept(`basic.${ZONE}`, TYPE.APL, apl).length, 7 + 4 + apl.length);
  });

  it('are refused when their data is not the name it should be', () => {
    for (const rdata of [concat([ptr('a'), Uint8Array.of(1)]), ptr('a').subarray(0, 2)]) {
      assert.throws(() => kept(`list.${ZONE}`, TYPE.PTR, rdata), FormatError);
    }
  });

  it('are read in order, and refused when they are cut', () => {
    const records = [1, 2].map((last) => kept(`a.${ZONE}`, TYPE.A, a(`192.0.2.${last}`)));
    const bytes = concat(records);
    const cursor = new ZoneRecordCursor(bytes);
    const found: number[] = [];
    while (cursor.next()) found.push(bytes[cursor.end - 1]!);
    assert.deepEqual(found, [1, 2]);
    for (let cut = 1; cut < records[0]!.length; cut++) {
      assert.throws(() => new ZoneRecordCursor(bytes.subarray(0, cut)).next(), FormatError);
    }
  });
});

describe('queries for differences of zones', () => {
  it('ask for the zone and name the serial in an SOA record of the authority section', () => {
    const query = encodeIxfrQuery(7, ZONE, 0xfffffff0);
    assert.deepEqual(parseQuestion(query).type, TYPE.IXFR);
    assert.equal(parseQuestion(query).name, ZONE);
    const record = new RecordCursor(query);
    assert.ok(record.next());
    assert.equal(record.section, 2);
    assert.equal(record.type, TYPE.SOA);
    assert.ok(record.ownedByQuestion());
    const serial = Buffer.from(query).readUInt32BE(record.rdataStart + 2);
    assert.equal(serial, 0xfffffff0);
    assert.ok(!record.next());
  });
});
