import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FormatError } from '../../src/core/errors.ts';
import {
  encodeResponse,
  parseQuestion,
  type AnswerRecord,
} from '../../src/protocol/dns-message.ts';
import { RecordCursor } from '../../src/protocol/dns-scan.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { encodeIxfrQuery } from '../../src/protocol/ixfr-query.ts';
import { ZoneRecordCursor } from '../../src/protocol/zone-record.ts';
import { ZoneRecordWriter } from '../../src/protocol/zone-record-writer.ts';
import { TransferReader } from '../../src/upstream/dns-transfer.ts';
import { IxfrAnswer } from '../../src/upstream/ixfr-answer.ts';
import { WholeZone } from '../../src/upstream/transfer-taker.ts';
import { ZoneDifference } from '../../src/upstream/zone-difference.ts';
import { a, ptr, soaRecord } from '../support/dns-server.ts';

const ZONE = 'threatstop.local';
const FIRST_SERIAL = 0xfffffffe;
const question = parseQuestion(encodeIxfrQuery(7, ZONE, FIRST_SERIAL));

function record(name: string, type: number, rdata: Uint8Array): AnswerRecord {
  return { name: name === '' ? ZONE : `${name}.${ZONE}`, type, ttl: 60, rdata };
}

/** IPv4 items, as many as make an APL record of a real list long. */
function apl(items: number, octet: number): Uint8Array {
  return Uint8Array.from(
    { length: items * 8 },
    (_, i) => [0, 1, 32, 4, 10, octet, i >> 11, i >> 3][i & 7]!,
  );
}

/** Records of every kind that is kept, long ones among them, and some that are passed over. */
const RECORDS: readonly AnswerRecord[] = [
  ...[1, 2, 3, 4].map((octet) => record('basic', TYPE.A, a(`192.0.2.${octet}`))),
  ...['l0', 'l1', 'l2'].map((part) => record('big', TYPE.PTR, ptr(`big-${part}.${ZONE}`))),
  ...[1, 60, 70, 8_000].map((items) => record('big-l0', TYPE.APL, apl(items, 1))),
  ...[2, 3].map((octet) => record('big-l1', TYPE.APL, apl(7_900, octet))),
  record('', TYPE.APL, apl(3, 9)),
  ...[1, 2, 3].map((i) => record(`32.${i}.2.0.192.rpz-ip`, TYPE.CNAME, Uint8Array.of(0))),
  record('32.1.2.0.192.rpz-ip', TYPE.CNAME, ptr('rpz-passthru')),
  record('www', TYPE.TXT, Uint8Array.of(1, 120)),
  { ...record('', TYPE.A, a('192.0.2.5')), name: 'basic.threatstop.localx' },
];

/** Versions of a zone: numbers of the records that each holds. */
const history = fc.array(
  fc
    .uniqueArray(fc.nat(RECORDS.length - 1), { maxLength: RECORDS.length })
    .map((all) => new Set(all)),
  { minLength: 2, maxLength: 6 },
);

function soa(version: number): AnswerRecord {
  return soaRecord(ZONE, (FIRST_SERIAL + version) >>> 0);
}

function without(numbers: ReadonlySet<number>, others: ReadonlySet<number>): number[] {
  return [...numbers].filter((number) => !others.has(number));
}

function pick(numbers: Iterable<number>): AnswerRecord[] {
  return [...numbers].map((number) => RECORDS[number]!);
}

/** What a server with a journal of all versions answers. */
function difference(versions: readonly Set<number>[]): AnswerRecord[] {
  const last = soa(versions.length - 1);
  const steps = versions.slice(1).flatMap((after, step) => {
    const before = versions[step]!;
    return [
      soa(step),
      ...pick(without(before, after)),
      soa(step + 1),
      ...pick(without(after, before)),
    ];
  });
  return [last, ...steps, last];
}

/** The records as messages, cut where `cuts` says and where they would be too long. */
function messages(records: readonly AnswerRecord[], cuts: readonly number[]): Uint8Array[] {
  const parts: AnswerRecord[][] = [];
  let room = 0;
  for (const [index, next] of records.entries()) {
    if (index === 0 || cuts.includes(index) || next.rdata.length > room) {
      parts.push([]);
      room = 64_000;
    }
    room -= next.rdata.length + 300;
    parts.at(-1)!.push(next);
  }
  return parts.map((answers) => encodeResponse({ question, rcode: 0, answers }));
}

function wholeZone(records: readonly AnswerRecord[]): readonly Uint8Array[] {
  const writer = new ZoneRecordWriter(ZONE);
  const taker = new WholeZone(ZONE, (next) => writer.add(next));
  for (const message of messages([soa(0), ...records, soa(0)], [])) {
    const cursor = new RecordCursor(message);
    while (cursor.next()) taker.take(cursor);
  }
  return writer.finish();
}

/** The kept records, sorted. */
function contents(pieces: readonly Uint8Array[]): string[] {
  return pieces
    .flatMap((piece) => {
      const found: string[] = [];
      const cursor = new ZoneRecordCursor(piece);
      while (cursor.next())
        found.push(Buffer.from(piece.slice(cursor.start, cursor.end)).toString('latin1'));
      return found;
    })
    .sort();
}

async function apply(
  pieces: readonly Uint8Array[],
  answer: readonly AnswerRecord[],
  { cuts = [] as readonly number[], limits = { records: 100, bytes: 1e6 } } = {},
): Promise<readonly Uint8Array[]> {
  return applyMessages(pieces, messages(answer, cuts), limits);
}

async function applyMessages(
  pieces: readonly Uint8Array[],
  answer: readonly Uint8Array[],
  limits = { records: 100, bytes: 1e6 },
): Promise<readonly Uint8Array[]> {
  const change = new ZoneDifference(ZONE, limits);
  const all = new ZoneRecordWriter(ZONE);
  const target = new IxfrAnswer(ZONE, FIRST_SERIAL, {
    whole: (next) => all.add(next),
    removed: (next) => change.remove(next),
    added: (next) => change.add(next),
  });
  const reader = new TransferReader({ id: 7, name: ZONE, type: TYPE.IXFR }, null, target);
  for (const message of answer) reader.take(message);
  return target.result.kind === 'difference' ? change.applyTo(pieces) : all.finish();
}

describe('differences of zones', () => {
  it('give the zone that a transfer of the last version gives, whatever the versions were', async () => {
    const cuts = fc.array(fc.nat(60), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(history, cuts, async (versions, places) => {
        const pieces = wholeZone(pick(versions[0]!));
        const after = await apply(pieces, difference(versions), { cuts: places });
        assert.deepEqual(contents(after), contents(wholeZone(pick(versions.at(-1)!))));
      }),
      { numRuns: 150 },
    );
  });

  it('are refused by a zone that lacks a record they remove or has one they add', async () => {
    const kept = (numbers: Set<number>) => contents(wholeZone(pick(numbers))).length > 0;
    await fc.assert(
      fc.asyncProperty(history, fc.nat(RECORDS.length - 1), async (versions, number) => {
        const changed = new Set([
          ...without(versions[0]!, versions.at(-1)!),
          ...without(versions.at(-1)!, versions[0]!),
        ]);
        fc.pre(changed.has(number) && kept(new Set([number])));
        const other = new Set(versions[0]);
        if (!other.delete(number)) other.add(number);
        const applied = apply(wholeZone(pick(other)), difference(versions));
        await assert.rejects(
          applied,
          /removes a record that is not there|adds a record that is there/,
        );
      }),
      { numRuns: 100 },
    );
  });

  it('with damaged bytes are refused or applied, and nothing else', async () => {
    const versions = [
      new Set([0, 4, 7, 13, 15]),
      new Set([1, 5, 8, 14, 16]),
      new Set([2, 6, 7, 13]),
    ];
    const pieces = wholeZone(pick(versions[0]!));
    const [message] = messages(difference(versions), []);
    const damage = fc.array(fc.tuple(fc.nat(message!.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 3,
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (octets) => {
        const damaged = message!.slice();
        for (const [at, octet] of octets) damaged[at] = octet;
        try {
          await applyMessages(pieces, [damaged]);
        } catch (error) {
          assert.ok(error instanceof FormatError, String(error));
          refused += 1;
        }
      }),
      { numRuns: 1_000 },
    );
    assert.ok(refused > 300);
  });

  it('use pieces without a change again', async () => {
    const many = Array.from({ length: 40_000 }, (_, i) =>
      record('many', TYPE.A, Uint8Array.of(10, i >> 16, i >> 8, i)),
    );
    const pieces = wholeZone(many);
    assert.ok(pieces.length > 2);
    const answer = [soa(1), soa(0), many[0]!, soa(1), RECORDS[0]!, soa(1)];
    const after = await apply(pieces, answer);
    assert.ok(pieces.slice(1, -1).every((piece) => after.includes(piece)));
    assert.deepEqual(contents(after), contents(wholeZone([...many.slice(1), RECORDS[0]!])));
  });

  it('are refused when a record is in the zone twice', async () => {
    const twice = wholeZone([RECORDS[0]!, RECORDS[0]!]);
    await assert.rejects(apply(twice, difference([new Set([0]), new Set([1])])), /there twice/);
  });

  it('are refused when they are larger than may be held', async () => {
    const answer = difference([new Set([0]), new Set([1])]);
    const zone = wholeZone(pick([0]));
    for (const limits of [
      { records: 1, bytes: 1e6 },
      { records: 100, bytes: 20 },
    ]) {
      await assert.rejects(apply(zone, answer, { limits }), /is too large/);
    }
  });
});
