/** What servers may do that lie, or are broken: the policy is then not read, with a reason, at once, in little memory. */
import assert from 'node:assert/strict';
import { PolicyError } from '../../src/core/errors.ts';
import type { FetchedPolicy, PolicyRequest } from '../../src/core/ports.ts';
import { encodeApl } from '../support/apl-pieces.ts';
import { concat, uint16s, uint32s } from '../../src/protocol/dns-bytes.ts';
import { frame } from '../../src/protocol/dns-frame.ts';
import type { Question } from '../../src/protocol/dns-message.ts';
import { encodeName } from '../../src/protocol/dns-name.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { createPolicySource, type PolicySourceOptions } from '../../src/upstream/policy-source.ts';
import { a, ptr, truthfully, type ZoneData } from '../support/dns-server.ts';
import { table, texts } from '../support/prefixes.ts';
import { startScriptServer, type Script, type ScriptServer } from '../support/script-server.ts';
import { TestClock } from '../support/test-clock.ts';

const ZONE = 'threatstop.local';
const LIST = `basic.${ZONE}`;
const SUB = [`basic-l0.${ZONE}`, `basic-l1.${ZONE}`] as const;
const REQUEST: PolicyRequest = { blockLists: [LIST], allowLists: [] };
const DATA: ZoneData = new Map([
  [`PTR ${LIST}`, SUB.map(ptr)],
  [`APL ${SUB[0]}`, encodeApl(table('203.0.113.0/24', '64.87.3.133'))],
  [`APL ${SUB[1]}`, encodeApl(table('2001:db8::/32'))],
]);
const WHOLE = ['2001:db8::/32', '203.0.113.0/24', '64.87.3.133'];

const truth = (question: Question, data = DATA): Uint8Array => truthfully(question, ZONE, 7, data);

/** A record, its owner the question's. */
function record(
  type: number,
  rdata: Uint8Array,
  options: { class?: number; owner?: Uint8Array } = {},
) {
  const { owner = uint16s(0xc00c), class: qclass = 1 } = options;
  return concat([owner, uint16s(type, qclass), uint32s(60), uint16s(rdata.length), rdata]);
}

/** An answer with these records in its three sections. */
function answer(
  { id, bytes }: Question,
  sections: readonly (readonly Uint8Array[])[],
  flags = 0x8400,
): Uint8Array {
  const counts = [0, 1, 2].map((section) => sections[section]?.length ?? 0);
  return concat([uint16s(id, flags, 1, ...counts), bytes, ...sections.flat()]);
}

describe('a server that lies', () => {
  let server: ScriptServer | null = null;
  afterEach(async () => {
    await server?.stop();
    server = null;
  });

  async function fetchFrom(
    script: Script,
    options: Partial<PolicySourceOptions> = {},
  ): Promise<FetchedPolicy | 'unchanged'> {
    server = await startScriptServer(script);
    const service = { servers: ['127.0.0.1'], port: server.port, tls: null, tsig: null };
    const limits = { idleMs: 300, connectMs: 1_000, totalMs: 3_000 };
    const source = createPolicySource({
      ...service,
      clock: new TestClock(),
      limits,
      rounds: 1,
      ...options,
    });
    return source.fetch(REQUEST, null);
  }

  async function refused(script: Script, reason: RegExp): Promise<void> {
    const error = await fetchFrom(script).then(
      (policy) => new assert.AssertionError({ message: `accepted ${JSON.stringify(policy)}` }),
      (cause: unknown) => cause,
    );
    assert.ok(error instanceof PolicyError, String(error));
    assert.match(error.message, reason);
    await server?.stop();
    server = null;
  }

  async function taken(script: Script): Promise<string[]> {
    const policy = await fetchFrom(script);
    assert.ok(policy !== 'unchanged');
    const { v4, v6 } = policy.block[0]!.include;
    return [...texts({ v4, v6 })].sort();
  }

  /** Lies about one question; the truth about all others. */
  const about =
    (type: number, name: string, lie: (question: Question) => Uint8Array): Script =>
    ({ question, socket }) => {
      const isIt = question.type === type && question.name === name;
      socket.write(frame(isIt ? lie(question) : truth(question)));
    };
  const aplLie = (lie: (question: Question) => Uint8Array) => about(TYPE.APL, SUB[0], lie);
  const item = (...bytes: number[]) => Uint8Array.from(bytes);
  const good = item(0, 1, 32, 4, 203, 0, 113, 1);

  it('in single bytes, or all in one segment, is still understood', async () => {
    const single = await taken(({ question, socket }) => {
      for (const byte of frame(truth(question))) socket.write(Uint8Array.of(byte));
    });
    assert.deepEqual(single, WHOLE);
    await server?.stop();
    const held: Uint8Array[] = [];
    const joined = await taken(({ question, socket }) => {
      held.push(frame(truth(question)));
      if (question.type === TYPE.APL && held.length < 2) return;
      socket.write(concat(held.splice(0)));
    });
    assert.deepEqual(joined, WHOLE);
  });

  it('with items that are no prefixes gives no prefix', async () => {
    const cases: readonly [Uint8Array, RegExp][] = [
      [item(0, 1, 33, 4, 203, 0, 113, 1), /33 bits/],
      [item(0, 2, 129, 1, 0x20), /129 bits/],
      [item(0, 1, 32, 5, 203, 0, 113, 1, 1), /5 octets/],
      [item(0, 2, 128, 17, ...new Array<number>(17).fill(1)), /17 octets/],
      [item(0, 3, 8, 1, 10), /family 3/],
      [item(0x40, 0, 8, 1, 10), /family 16384/],
      [item(0, 1, 32, 4, 203, 0, 113), /runs past/],
      [item(0, 1, 32), /header/],
      [concat([good, item(0)]), /header/],
    ];
    for (const [bytes, reason] of cases) {
      await refused(
        aplLie((question) => answer(question, [[record(TYPE.APL, bytes)]])),
        reason,
      );
    }
  });

  it('with an item list that is there and empty is refused', async () => {
    await refused(
      aplLie((q) => answer(q, [[record(TYPE.APL, item())]])),
      /empty/,
    );
  });

  it('with records of others, other types or classes is refused', async () => {
    const apl = record(TYPE.APL, good);
    const other = encodeName(`other.${ZONE}`);
    const strangers: readonly Uint8Array[] = [
      record(TYPE.APL, good, { owner: other }),
      record(TYPE.A, a('203.0.113.9')),
      record(TYPE.CNAME, other),
      record(TYPE.APL, good, { class: 3 }),
      record(TYPE.APL, good, { class: 255 }),
      record(TYPE.OPT, item(), { owner: item(0), class: 1232 }),
    ];
    for (const stranger of strangers) {
      await refused(
        aplLie((q) => answer(q, [[apl, stranger]])),
        /another name or type/,
      );
      await refused(
        aplLie((q) => answer(q, [[stranger, apl]])),
        /another name or type/,
      );
    }
  });

  it('with records in other sections gives none of them', async () => {
    const stranger = record(TYPE.APL, item(0, 1, 32, 4, 198, 51, 100, 1));
    const apl = DATA.get(`APL ${SUB[0]}`)!.map((rdata) => record(TYPE.APL, rdata));
    assert.deepEqual(await taken(aplLie((q) => answer(q, [apl, [stranger], [stranger]]))), WHOLE);
  });

  it('with an error in its OPT record is refused', async () => {
    const opt = concat([item(0), uint16s(TYPE.OPT, 1232), item(1, 0, 0, 0), uint16s(0)]);
    const apl = record(TYPE.APL, good);
    await refused(
      aplLie((q) => answer(q, [[apl], [], [opt]])),
      /BADVERS|code 16/,
    );
  });

  it('with aliases or strangers among the sub-lists is refused', async () => {
    const target = encodeName(SUB[0]);
    const other = encodeName(`other.${ZONE}`);
    const list = record(TYPE.PTR, target);
    const lies: readonly Uint8Array[] = [
      record(TYPE.CNAME, other),
      record(TYPE.PTR, target, { owner: other }),
      record(TYPE.PTR, target, { class: 3 }),
      record(TYPE.A, a('203.0.113.9')),
    ];
    for (const lie of lies) {
      await refused(
        about(TYPE.PTR, LIST, (q) => answer(q, [[list, lie]])),
        /PTR|another/,
      );
    }
    await refused(
      about(TYPE.PTR, LIST, (q) => answer(q, [[record(TYPE.CNAME, other)]])),
      /another name or type|PTR/,
    );
  });

  it('whose sub-lists lead to themselves is read once', async () => {
    const self = new Map([...DATA, [`PTR ${LIST}`, [ptr(LIST)]], [`APL ${LIST}`, [good]]]);
    const found = await taken(({ question, socket }) => {
      socket.write(frame(truth(question, self)));
    });
    assert.deepEqual(found, ['203.0.113.1']);
  });

  it('that cuts the connection at any byte of any answer is refused', async () => {
    const bytes = 24;
    for (let at = 0; at < bytes; at += 1) {
      await refused(({ question, socket }) => {
        const whole = frame(truth(question));
        if (question.type === TYPE.APL) socket.end(whole.subarray(0, at % whole.length));
        else socket.write(whole);
      }, /closed the connection/);
    }
  });

  it('that answers twice, unasked, or goes on behind its answer is refused', async () => {
    await refused(({ question, socket }) => {
      const whole = frame(truth(question));
      socket.write(concat([whole, whole]));
    }, /not asked/);
    await refused(({ question, socket }) => {
      const unasked = truth(question).slice();
      unasked[0] = (unasked[0] ?? 0) ^ 0x80;
      socket.write(concat([frame(unasked), frame(truth(question))]));
    }, /not asked/);
    await refused(({ socket }) => socket.write(Uint8Array.of(0, 0)), /ends inside/);
    await refused(({ socket }) => socket.write(Uint8Array.of(0, 1, 7)), /ends inside/);
  });

  it('that fills messages of 65,535 bytes is refused or read exactly, quickly', async () => {
    const start = performance.now();
    await refused(
      aplLie((q) => concat([answer(q, [[record(TYPE.APL, good)]]), new Uint8Array(65_000)])),
      /follow the last record/,
    );
    const empties = new Array<Uint8Array>(5_000).fill(record(TYPE.APL, item()));
    await refused(
      aplLie((q) => answer(q, [empties])),
      /empty/,
    );
    const wide = new Uint8Array(65_480);
    for (let at = 0; at < wide.length; at += 4) wide.set([0, 1, 0, 0], at);
    await taken(aplLie((q) => answer(q, [[record(TYPE.APL, wide)]])));
    assert.ok(performance.now() - start < 5_000);
  });
});
