import assert from 'node:assert/strict';
import type net from 'node:net';
import { PolicyError } from '../../src/core/errors.ts';
import type { FetchedPolicy, Report, PolicyRequest } from '../../src/core/ports.ts';
import { encodeApl } from '../support/apl-pieces.ts';
import { encodeResponse, type Question } from '../../src/protocol/dns-message.ts';
import { frame } from '../../src/protocol/dns-frame.ts';
import { RCODE, TYPE } from '../../src/protocol/dns-types.ts';
import { createPolicySource, type PolicySourceOptions } from '../../src/upstream/policy-source.ts';
import {
  a,
  ptr,
  soaRecord,
  startDnsServer,
  truthfully,
  type Answering,
  type DnsTestServer,
  type ZoneData,
} from '../support/dns-server.ts';
import { table, texts } from '../support/prefixes.ts';
import { TestClock } from '../support/test-clock.ts';

const ZONE = 'threatstop.local';
const LIST = `basic.${ZONE}`;
const SUB = [`basic-l0.${ZONE}`, `basic-l1.${ZONE}`];
const PREFIXES = [['192.0.2.0/24', '64.87.3.133'], ['2001:db8::/32']];
const REQUEST: PolicyRequest = { blockLists: [LIST], allowLists: [] };

const DATA: ZoneData = new Map([
  [`PTR ${LIST}`, SUB.map(ptr)],
  [`APL ${SUB[0]}`, encodeApl(table(...PREFIXES[0]!))],
  [`APL ${SUB[1]}`, encodeApl(table(...PREFIXES[1]!))],
]);

describe('policy source', () => {
  const servers: DnsTestServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  /** Starts a server; what `lie` does not answer is answered truthfully. */
  async function start(lie: Answering | null, data: ZoneData = DATA): Promise<DnsTestServer> {
    const server = await startDnsServer((question, socket) => {
      const lied = lie?.(question, socket);
      return lied === undefined ? truthfully(question, ZONE, 7, data) : lied;
    });
    servers.push(server);
    return server;
  }

  function fetchFrom(
    server: DnsTestServer,
    options: Partial<PolicySourceOptions> = {},
    known: string | null = null,
    request = REQUEST,
    report?: Report,
  ): Promise<FetchedPolicy | 'unchanged'> {
    const limits = { idleMs: 300, connectMs: 1_000 };
    const { port } = server;
    const service = { servers: ['127.0.0.1'], port, tls: null, tsig: null, clock: new TestClock() };
    return createPolicySource({ ...service, limits, rounds: 1, ...options }).fetch(
      request,
      known,
      report,
    );
  }

  async function failureOf(lie: Answering, options: Partial<PolicySourceOptions> = {}) {
    const server = await start(lie);
    const error: unknown = await fetchFrom(server, options).then(
      () => new assert.AssertionError({ message: 'It was accepted.' }),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PolicyError, String(error));
    assert.match(error.message, new RegExp(`basic.*127\\.0\\.0\\.1 port ${server.port}`));
    return error;
  }

  /** Lies about the first sub-list only. */
  function about(name: string, type: number, answer: (question: Question) => Uint8Array | null) {
    const lie = (question: Question): Uint8Array | null | undefined =>
      question.name === name && question.type === type ? answer(question) : undefined;
    return lie as Answering;
  }

  it('reads all sub-lists of a list and asks the serial before and after', async () => {
    const server = await start(null);
    const policy = await fetchFrom(server);
    assert.ok(policy !== 'unchanged');
    const [list] = policy.block;
    assert.equal(policy.version, `${ZONE}=7`);
    const { v4, v6 } = list!.include;
    assert.deepEqual([...texts({ v4, v6 })].sort(), PREFIXES.flat().sort());
    assert.equal(server.asked[0], `SOA ${LIST}`);
    assert.equal(server.asked.at(-1), `SOA ${ZONE}`);
  });

  it('tells of each sub-list that was read, of how many', async () => {
    const told: string[] = [];
    const report: Report = (...step) => void told.push(step.join(' '));
    await fetchFrom(await start(null), {}, null, REQUEST, report);
    assert.deepEqual(told, ['fetching sub-lists 1 2', 'fetching sub-lists 2 2']);
  });

  it('asks one question when the policy is unchanged, however many lists there are', async () => {
    const server = await start(null);
    const request = { blockLists: [LIST, SUB[0]!], allowLists: [SUB[1]!] };
    assert.equal(await fetchFrom(server, {}, `${ZONE}=7`, request), 'unchanged');
    assert.deepEqual(server.asked, [`SOA ${ZONE}`]);
  });

  it('takes answers in any order', async () => {
    const late: Uint8Array[] = [];
    const server = await start((question, socket) => {
      if (question.type !== TYPE.APL) return truthfully(question, ZONE, 7, DATA);
      late.unshift(frame(truthfully(question, ZONE, 7, DATA)));
      if (late.length === SUB.length) for (const answer of late) socket.write(answer);
      return null;
    });
    const policy = await fetchFrom(server);
    assert.ok(policy !== 'unchanged' && policy.block[0]!.include.v4.size === 2);
  });

  it('keeps no more queries on their way than the window', async () => {
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const data = new Map(DATA);
    const subs = Array.from({ length: 40 }, (_, i) => `s${i}.${ZONE}`);
    data.set(`PTR ${LIST}`, subs.map(ptr));
    for (const sub of subs) data.set(`APL ${sub}`, DATA.get(`APL ${SUB[0]}`)!);
    const server = await start((question, socket) => {
      if (question.type !== TYPE.APL) return truthfully(question, ZONE, 7, data);
      most = Math.max(most, ++open);
      waiting.push(() => socket.write(frame(truthfully(question, ZONE, 7, data))));
      setImmediate(() => {
        open -= 1;
        waiting.shift()?.();
      });
      return null;
    });
    await fetchFrom(server, { limits: { window: 16 } });
    assert.ok(most <= 16 && most > 1, `${most} were open`);
  });

  it('reads everything again when the serial moves, and gives up when it never rests', async () => {
    let serial = 7;
    const moving = (until: number) =>
      about(ZONE, TYPE.SOA, (question) => {
        if (serial < until) serial += 1;
        return truthfully(question, ZONE, serial, DATA);
      });
    const policy = await fetchFrom(await start(moving(9)));
    assert.ok(policy !== 'unchanged');
    assert.equal(policy.version, `${ZONE}=9`);
    assert.equal(policy.block[0]!.include.v4.size, 2);
    const error = await failureOf(moving(Infinity));
    assert.match(error.message, /changed while it was read, 3 times/);
  });

  it('refuses a truncated answer over TCP', async () => {
    const lie = about(SUB[0]!, TYPE.APL, (question) =>
      encodeResponse({ question, rcode: RCODE.NOERROR, truncated: true }),
    );
    assert.match((await failureOf(lie)).message, /truncated, over TCP/);
  });

  it('refuses a record cut inside, and one that runs past the message', async () => {
    const answer = (question: Question) => truthfully(question, ZONE, 7, DATA);
    const cut = about(SUB[0]!, TYPE.APL, (question) => answer(question).slice(0, -1));
    assert.match((await failureOf(cut)).message, /runs past the end of the message/);
    const apl = DATA.get(`APL ${SUB[0]}`)![0]!.slice(0, -1);
    const short = new Map([[`APL ${SUB[0]}`, [apl]]]);
    const inside = about(SUB[0]!, TYPE.APL, (question) => truthfully(question, ZONE, 7, short));
    assert.match((await failureOf(inside)).message, /APL record: the item at byte \d+ runs past/);
  });

  it('refuses an answer with another id, and one for another question', async () => {
    const otherId = about(SUB[0]!, TYPE.APL, (question) =>
      truthfully({ ...question, id: question.id ^ 1 }, ZONE, 7, DATA),
    );
    assert.match((await failureOf(otherId)).message, /an id that was not asked/);
    const bytes = (question: Question) => {
      const changed = question.bytes.slice();
      changed[1]! ^= 1;
      return { ...question, bytes: changed };
    };
    const other = about(SUB[0]!, TYPE.APL, (question) =>
      truthfully(bytes(question), ZONE, 7, DATA),
    );
    assert.match((await failureOf(other)).message, /for another question/);
  });

  it('refuses error answers, also of one sub-list only', async () => {
    for (const [rcode, text] of [
      [RCODE.NXDOMAIN, 'NXDOMAIN'],
      [RCODE.SERVFAIL, 'SERVFAIL'],
      [RCODE.REFUSED, 'REFUSED'],
    ] as const) {
      const lie = about(SUB[1]!, TYPE.APL, (question) => encodeResponse({ question, rcode }));
      assert.match((await failureOf(lie)).message, new RegExp(`basic-l1.* is ${text}`));
    }
  });

  it('refuses an empty sub-list and a list that excludes only', async () => {
    const empty = about(SUB[0]!, TYPE.APL, (question) =>
      encodeResponse({ question, rcode: RCODE.NOERROR }),
    );
    assert.match((await failureOf(empty)).message, /the answer is empty/);
    const exclude = new Uint8Array([0, 1, 32, 0x84, 192, 0, 2, 1]);
    const data = new Map([[`APL ${LIST}`, [exclude]]]);
    const none = ((question: Question) => truthfully(question, ZONE, 7, data)) as Answering;
    assert.match((await failureOf(none)).message, /List basic\.threatstop\.local: It is empty/);
  });

  it('refuses an answer without the SOA of the zone, or with that of another one', async () => {
    const without: Answering = (question) => encodeResponse({ question, rcode: RCODE.NOERROR });
    assert.match((await failureOf(without)).message, /no SOA record/);
    const other: Answering = (question) =>
      encodeResponse({ question, rcode: 0, authority: [soaRecord('example.org', 7)] });
    assert.match((await failureOf(other)).message, /no SOA record/);
  });

  it('refuses a sub-list in another zone, and more sub-lists than the limit', async () => {
    const stranger = about(LIST, TYPE.PTR, (question) => {
      const data = new Map([[`PTR ${LIST}`, [ptr('list.example.org')]]]);
      return truthfully(question, ZONE, 7, data);
    });
    assert.match((await failureOf(stranger)).message, /list\.example\.org is in another zone/);
    const many = await failureOf((question) => truthfully(question, ZONE, 7, DATA), {
      policyLimits: { subLists: 1 },
    });
    assert.match(many.message, /more than 1 sub-lists/);
  });

  it('refuses more entries than the limit', async () => {
    const error = await failureOf((question) => truthfully(question, ZONE, 7, DATA), {
      policyLimits: { entries: 2 },
    });
    assert.match(error.message, /more than 2 entries/);
  });

  it('stops at numbered lists without end', async () => {
    const endless = ((question: Question) => {
      if (question.type !== TYPE.A)
        return truthfully(question, ZONE, 7, new Map([[`A ${LIST}`, []]]));
      const data = new Map([[`A ${question.name}`, [a('192.0.2.1')]]]);
      return truthfully(question, ZONE, 7, data);
    }) as Answering;
    const error = await failureOf(endless, { policyLimits: { subLists: 20 } });
    assert.match(error.message, /more than 20 sub-lists/);
  });

  it('refuses a numbered list of which one answer fails', async () => {
    const data = new Map(
      [LIST, `basic1.${ZONE}`, `basic2.${ZONE}`].map((n) => [`A ${n}`, [a('192.0.2.1')]]),
    );
    const lie = ((question: Question) =>
      question.name === `basic1.${ZONE}`
        ? encodeResponse({ question, rcode: RCODE.SERVFAIL })
        : truthfully(question, ZONE, 7, data)) as Answering;
    assert.match((await failureOf(lie)).message, /basic1\.threatstop\.local is SERVFAIL/);
  });

  it('notices a connection that is closed, half-closed, or silent in the middle', async () => {
    const onApl = (act: (socket: net.Socket) => void): Answering =>
      ((question: Question, socket: net.Socket) => {
        if (question.type !== TYPE.APL) return undefined;
        act(socket);
        return null;
      }) as Answering;
    const closed = await failureOf(onApl((socket) => socket.destroy()));
    assert.match(closed.message, /closed the connection with 2 answers missing|was cut/);
    const half = await failureOf(onApl((socket) => void socket.end(Buffer.from([0, 99, 1, 2]))));
    assert.match(half.message, /answers missing, the last one cut/);
    const silent = await failureOf(onApl(() => undefined));
    assert.match(silent.message, /did not answer for 0\.3 s/);
  });

  it('does not wait for a server that drips', async () => {
    const drip: Answering = (_question, socket) => {
      const timer = setInterval(() => socket.write(Buffer.from([1])), 20);
      socket.on('close', () => clearInterval(timer));
      return null;
    };
    const error = await failureOf(drip, { limits: { totalMs: 200 } });
    assert.match(error.message, /not complete within 0\.2 s/);
  });

  it('goes to the next server on failure and names what each did', async () => {
    const server = await start(null);
    const policy = await fetchFrom(server, { servers: ['127.0.0.2', '127.0.0.1'] });
    assert.ok(policy !== 'unchanged');
    const none = fetchFrom(server, { servers: ['127.0.0.2', '127.0.0.3'] });
    await assert.rejects(none, /127\.0\.0\.2 port \d+: .*; 127\.0\.0\.3 port \d+: /);
  });

  it('tries again after a wait when no server was reached', async () => {
    const clock = new TestClock();
    const started = clock.time;
    const server = await start(null);
    const unreachable = { servers: ['127.0.0.2'], clock, rounds: 3 };
    await assert.rejects(fetchFrom(server, unreachable), PolicyError);
    assert.equal(clock.time - started, 3_000);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const server = await start((question) => {
      if (question.type !== TYPE.APL) return truthfully(question, ZONE, 7, DATA);
      controller.abort();
      return null;
    });
    await assert.rejects(fetchFrom(server, { signal: controller.signal, rounds: 3 }), /given up/);
    assert.equal(server.asked.filter((question) => question.startsWith('SOA')).length, 1);
  });

  it('refuses a name that is not one, and a request without lists, before it asks', async () => {
    const server = await start(null);
    const bad = { blockLists: ['basic local'], allowLists: [] };
    await assert.rejects(fetchFrom(server, {}, null, bad), /not a DNS name/);
    const none = { blockLists: [], allowLists: [] };
    await assert.rejects(fetchFrom(server, {}, null, none), /No list is set/);
    assert.deepEqual(server.asked, []);
  });
});
