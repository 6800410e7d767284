/** Zone transfers of servers that lie, or are broken. */
import assert from 'node:assert/strict';
import { PolicyError } from '../../src/core/errors.ts';
import type { PolicyRequest } from '../../src/core/ports.ts';
import { encodeApl } from '../support/apl-pieces.ts';
import { concat, uint16s, uint32s } from '../../src/protocol/dns-bytes.ts';
import { frame } from '../../src/protocol/dns-frame.ts';
import type { Question } from '../../src/protocol/dns-message.ts';
import { encodeName } from '../../src/protocol/dns-name.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { createTransferSource } from '../../src/upstream/policy-transfer.ts';
import { ptr, soaRecord, truthfully, type ZoneData } from '../support/dns-server.ts';
import { table, texts } from '../support/prefixes.ts';
import { startScriptServer, type ScriptServer } from '../support/script-server.ts';
import { TestClock } from '../support/test-clock.ts';
import { memoryCopies } from '../support/zone-copies.ts';

const ZONE = 'threatstop.local';
const LIST = `basic.${ZONE}`;
/** The list is there; the answer for its SOA tells the zone. */
const EXISTING: ZoneData = new Map([[`A ${LIST}`, []]]);
const REQUEST: PolicyRequest = { blockLists: [LIST], allowLists: [] };

function record(name: string, type: number, rdata: Uint8Array): Uint8Array {
  return concat([encodeName(name), uint16s(type, 1), uint32s(60), uint16s(rdata.length), rdata]);
}
const soa = (serial = 7) => record(ZONE, TYPE.SOA, soaRecord(ZONE, serial).rdata);
const apl = (name: string, ...prefixes: string[]) =>
  record(name, TYPE.APL, encodeApl(table(...prefixes))[0] ?? new Uint8Array(0));
const sub = (name: string) => record(LIST, TYPE.PTR, ptr(name));

/** One message of a transfer; the later ones have no question. */
function message({ id, bytes }: Question, records: readonly Uint8Array[], first = true) {
  const counts = uint16s(id, 0x8400, first ? 1 : 0, records.length, 0, 0);
  return frame(concat([counts, ...(first ? [bytes] : []), ...records]));
}

describe('a zone transfer that lies', () => {
  let server: ScriptServer | null = null;
  afterEach(async () => {
    await server?.stop();
    server = null;
  });

  /** Fetches from a server that sends these messages for AXFR. */
  async function fetchFrom(send: (question: Question) => Iterable<Uint8Array>) {
    await server?.stop();
    server = await startScriptServer(({ question, socket }) => {
      if (question.type !== TYPE.AXFR) socket.write(frame(truthfully(question, ZONE, 7, EXISTING)));
      else for (const bytes of send(question)) socket.write(bytes);
    });
    const service = { servers: ['127.0.0.1'], port: server.port, tls: null, tsig: null };
    const limits = { idleMs: 300, connectMs: 1_000, totalMs: 20_000 };
    const options = {
      ...service,
      clock: new TestClock(),
      copies: memoryCopies(),
      limits,
      rounds: 1,
    };
    return createTransferSource(options).fetch(REQUEST, null);
  }

  async function refused(send: (question: Question) => Iterable<Uint8Array>, reason: RegExp) {
    await assert.rejects(fetchFrom(send), (error) => {
      assert.ok(error instanceof PolicyError, String(error));
      assert.match(error.message, reason);
      return true;
    });
  }

  async function taken(send: (question: Question) => Iterable<Uint8Array>): Promise<string[]> {
    const policy = await fetchFrom(send);
    assert.ok(policy !== 'unchanged');
    const { v4, v6 } = policy.block[0]!.include;
    return [...texts({ v4, v6 })].sort();
  }

  const good = apl(LIST, '203.0.113.1', '203.0.113.2');

  it('without its last record, with another serial there, or without a first one is refused', async () => {
    await refused((q) => [message(q, [soa(), good])], /did not answer for/);
    await refused((q) => [message(q, [soa(7), good, soa(8)])], /another serial/);
    await refused((q) => [message(q, [good, soa()])], /does not begin/);
    await refused((q) => [message(q, [soa(), good, soa(), good])], /goes on behind its end/);
    await refused((q) => [message(q, [soa()]), message(q, [], false)], /empty message/);
  });

  it('with records of other zones takes none of them', async () => {
    const strangers = [apl('basic.example', '198.51.100.1'), apl(`x${ZONE}`, '198.51.100.2')];
    const found = await taken((q) => [message(q, [soa(), ...strangers, good, soa()])]);
    assert.deepEqual(found, ['203.0.113.1', '203.0.113.2']);
  });

  it('in any order gives the list', async () => {
    const [one, two] = [`l0.${ZONE}`, `l1.${ZONE}`];
    const records = [apl(one, '203.0.113.1'), sub(one), sub(two), apl(two, '203.0.113.2')];
    const found = await taken((q) => [message(q, [soa(), ...records, soa()])]);
    assert.deepEqual(found, ['203.0.113.1', '203.0.113.2']);
    const turned = await taken((q) => [message(q, [soa(), ...records.reverse(), soa()])]);
    assert.deepEqual(turned, ['203.0.113.1', '203.0.113.2']);
  });

  it('with an empty, a missing or too many sub-lists is refused', async () => {
    const [one, two] = [`l0.${ZONE}`, `l1.${ZONE}`];
    const lists = [soa(), sub(one), sub(two), apl(one, '203.0.113.1')];
    await refused((q) => [message(q, [...lists, soa()])], /l1\.threatstop\.local is not in/);
    await refused(
      (q) => [message(q, [...lists, apl(two), soa()])],
      /l1\.threatstop\.local is empty/,
    );
    const many = Array.from({ length: 2_500 }, (_, n) => sub(`l${n}.${ZONE}`));
    await refused(
      (q) => [
        message(q, [soa(), ...many.slice(0, 1_000)]),
        message(q, many.slice(1_000, 2_000), false),
        message(q, [...many.slice(2_000), soa()], false),
      ],
      /more than 2000 sub-lists/,
    );
  });

  it('of 120,000 other names takes no more memory than the zone', async () => {
    const nothing = new Uint8Array(0);
    function* zone(question: Question): Generator<Uint8Array> {
      yield message(question, [soa(), good]);
      for (let part = 0; part < 60; part += 1) {
        const names = Array.from({ length: 1_000 }, (_, n) =>
          record(`n${part}-${n}.${ZONE}`, TYPE.APL, nothing),
        );
        const others = names.map((_, n) => record(`p${part}-${n}.${ZONE}`, TYPE.PTR, ptr(LIST)));
        yield message(question, names, false);
        yield message(question, others, false);
      }
      yield message(question, [soa()], false);
    }
    const messages = [...zone({ id: 0, bytes: new Uint8Array(0) } as Question)].map((one) =>
      one.slice(),
    );
    const before = process.memoryUsage().rss;
    const found = await taken((q) => {
      for (const one of messages) one.set(uint16s(q.id), 2);
      const [, ...later] = messages;
      return [message(q, [soa(), good]), ...later];
    });
    assert.deepEqual(found, ['203.0.113.1', '203.0.113.2']);
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < 150, `${grown} MB`);
  }).timeout(60_000);
});
