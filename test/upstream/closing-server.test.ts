/** Servers that close connections, as any may (RFC 7766 §6.2): what they have not answered is asked again. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { PolicyError } from '../../src/core/errors.ts';
import type { FetchedPolicy, PolicyRequest } from '../../src/core/ports.ts';
import { encodeApl } from '../support/apl-pieces.ts';
import { frame } from '../../src/protocol/dns-frame.ts';
import type { Question } from '../../src/protocol/dns-message.ts';
import { TYPE } from '../../src/protocol/dns-types.ts';
import { createPolicySource, type PolicySourceOptions } from '../../src/upstream/policy-source.ts';
import { ptr, truthfully, type ZoneData } from '../support/dns-server.ts';
import { table, texts } from '../support/prefixes.ts';
import { startScriptServer, type Script, type ScriptServer } from '../support/script-server.ts';
import { TestClock } from '../support/test-clock.ts';

const ZONE = 'threatstop.local';
const LIST = `basic.${ZONE}`;
const REQUEST: PolicyRequest = { blockLists: [LIST], allowLists: [] };
const SUB_LISTS = Array.from({ length: 100 }, (_, n) => `basic-l${n}.${ZONE}`);
const DATA: ZoneData = new Map([
  [`PTR ${LIST}`, SUB_LISTS.map(ptr)],
  ...SUB_LISTS.map((name, n): [string, Uint8Array[]] => [
    `APL ${name}`,
    encodeApl(table(`203.0.113.${n}`)),
  ]),
]);
const WHOLE = SUB_LISTS.map((_, n) => `203.0.113.${n}`);

const truth = (question: Question): Uint8Array => frame(truthfully(question, ZONE, 7, DATA));

describe('a server that closes connections', () => {
  const servers: ScriptServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  async function start(script: Script): Promise<ScriptServer> {
    const server = await startScriptServer(script);
    servers.push(server);
    return server;
  }

  function fetchFrom(
    port: number,
    options: Partial<PolicySourceOptions> = {},
  ): Promise<FetchedPolicy | 'unchanged'> {
    const limits = { idleMs: 2_000, connectMs: 2_000, totalMs: 10_000 };
    return createPolicySource({
      ...{ servers: ['127.0.0.1'], port, tls: null, tsig: null },
      ...{ clock: new TestClock(), limits, rounds: 1 },
      ...options,
    }).fetch(REQUEST, null);
  }

  function assertWhole(policy: FetchedPolicy | 'unchanged'): void {
    assert.ok(policy !== 'unchanged');
    assert.deepEqual(texts(policy.block[0]!.include).sort(), [...WHOLE].sort());
  }

  for (const answers of [1, 2, 7, 33]) {
    it(`after ${answers} answers is asked again for the rest, on no more connections than that takes`, async () => {
      const server = await start(({ question, socket, onConnection }) => {
        if (onConnection < answers) socket.write(truth(question));
        if (onConnection + 1 === answers) socket.end();
      });
      assertWhole(await fetchFrom(server.port));
      // SOA, SOA, PTR, the sub-lists, SOA; and the connections on which too much was sent at once.
      const least = Math.ceil((SUB_LISTS.length + 4) / answers);
      assert.ok(server.connections() <= least + 8, `${server.connections()} connections`);
    });
  }

  it('by a reset is asked again', async () => {
    const server = await start(({ question, socket, onConnection }) => {
      if (onConnection < 5) socket.write(truth(question));
      else socket.resetAndDestroy();
    });
    assertWhole(await fetchFrom(server.port));
  });

  it('inside of an answer, once, is asked again; what was cut counts for nothing', async () => {
    for (const bytes of [0, 1, 2, 20, 40]) {
      let isCut = false;
      const server = await start(({ question, socket }) => {
        const cut = question.type === TYPE.APL && !isCut;
        if (cut) socket.end(truth(question).subarray(0, bytes));
        else socket.write(truth(question));
        isCut ||= cut;
      });
      assertWhole(await fetchFrom(server.port));
    }
  });

  it('without any answer, again and again, is given up', async () => {
    for (const script of [
      ({ socket }: Parameters<Script>[0]) => void socket.end(),
      ({ socket }: Parameters<Script>[0]) => void socket.resetAndDestroy(),
      ({ socket }: Parameters<Script>[0]) => void socket.end(Uint8Array.of(0)),
    ]) {
      const server = await start(script);
      await assert.rejects(
        fetchFrom(server.port),
        (error) =>
          error instanceof PolicyError && /closed the connection|was cut/.test(error.message),
      );
      assert.equal(server.connections(), 3);
    }
  });

  it('and takes no more of them is passed over for the next one in the list', async () => {
    const live = await start(({ question, socket }) => void socket.write(truth(question)));
    const leaving = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        leaving.close();
        socket.end();
      });
    });
    leaving.listen(live.port, '127.0.0.2');
    await once(leaving, 'listening');
    assertWhole(await fetchFrom(live.port, { servers: ['127.0.0.2', '127.0.0.1'] }));
    assert.equal(leaving.listening, false);
  });

  it('or is dead, is passed over for the next one in the list', async () => {
    const live = await start(({ question, socket }) => void socket.write(truth(question)));
    assertWhole(await fetchFrom(live.port, { servers: ['127.0.0.2', '127.0.0.1'] }));
  });

  it('or answers in another order than asked, is understood', async () => {
    const held: Uint8Array[] = [];
    const server = await start(({ question, socket }) => {
      if (question.type !== TYPE.APL) {
        socket.write(truth(question));
        return;
      }
      held.push(truth(question));
      // Four at a time, the last one first.
      if (held.length === 4) for (const answer of held.splice(0).reverse()) socket.write(answer);
    });
    assertWhole(await fetchFrom(server.port));
  });
});
