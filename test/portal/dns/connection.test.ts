import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { openCertificate } from '../../../src/portal/certificate.ts';
import type { AnswerQuery, ConnectionLimits } from '../../../src/portal/dns/connection.ts';
import { createDnsListener, type DnsListener } from '../../../src/portal/dns/listener.ts';
import { TestLog } from '../../support/portal.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LIMITS: ConnectionLimits = { queryBytes: 512, idleMs: 60_000, connections: 3 };

describe('a connection of the DNS server', () => {
  const folder = temporaryFolder();
  let listener: DnsListener | null = null;
  let sockets: Socket[] = [];
  /** Answers with the query twice; a query of one byte is none. */
  const echo = (query: Uint8Array) => (query.length === 1 ? null : Buffer.concat([query, query]));

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets = [];
    listener?.closeConnections();
    listener?.server.close();
  });

  async function open(
    limits: Partial<ConnectionLimits> = {},
    answer: (query: Uint8Array) => Uint8Array | null = echo,
  ): Promise<() => Promise<Socket>> {
    const certificate = await openCertificate(folder(), 'localhost', Date.now());
    const options = { certificate, tls: 'offered', log: new TestLog() } as const;
    const answerOne: AnswerQuery = (query) => {
      const message = answer(query);
      return message === null ? null : [message];
    };
    const { server } = (listener = createDnsListener(answerOne, {
      ...options,
      limits: { ...LIMITS, ...limits },
    }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return async () => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    };
  }

  it('answers pipelined queries in their order, however they are cut', async () => {
    const socket = await (await open())();
    const words = Array.from({ length: 200 }, (_, index) => `query ${index}`);
    const bytes = Buffer.concat(words.map(frame));
    for (let at = 0; at < bytes.length; at += 7) socket.write(bytes.subarray(at, at + 7));
    socket.end();
    assert.deepEqual(
      await answersOf(socket),
      words.map((word) => word + word),
    );
  });

  it('sends all answers to a client that has ended its side and reads late', async () => {
    const large = 'x'.repeat(60_000);
    const socket = await (await open({}, () => Buffer.from(large)))();
    socket.pause();
    for (let count = 0; count < 100; count += 1) socket.write(frame('give me much'));
    socket.end();
    await new Promise((resolve) => setImmediate(resolve));
    const answers = await answersOf(socket);
    assert.equal(answers.length, 100);
    assert.ok(answers.every((answer) => answer === large));
  });

  it('does not read further queries while answers are not taken', async () => {
    let asked = 0;
    const large = Buffer.alloc(65_000);
    const open1 = await open({}, () => {
      asked += 1;
      return large;
    });
    const socket = await open1();
    socket.pause();
    for (let count = 0; count < 2_000; count += 1) socket.write(frame('give me much'));
    let before = -1;
    while (before !== asked) {
      before = asked;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(asked > 0 && asked < 500, `${asked} answers are in memory`);
  });

  it('ends at a query that is too long, at one that is none and at TLS that is none', async () => {
    const connectTo = await open();
    const bad = [
      frame('x'.repeat(513)),
      frame('x'),
      Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]),
    ];
    for (const bytes of bad) {
      const socket = await connectTo();
      socket.write(bytes);
      await ended(socket);
    }
  });

  it('ends when no query is completed in time, also when bytes trickle in', async () => {
    const connectTo = await open({ idleMs: 50 });
    const silent = await connectTo();
    const slow = await connectTo();
    slow.write(frame('never completed').subarray(0, 5));
    const trickle = setInterval(() => slow.write('x'), 10);
    const trickleTls = await connectTo();
    trickleTls.write(Buffer.from([0]));
    await Promise.all([ended(silent), ended(slow), ended(trickleTls)]);
    clearInterval(trickle);
  });

  it('is closed at once when there are too many, and answered when one has ended', async () => {
    const connectTo = await open();
    const first = await connectTo();
    const others = [await connectTo(), await connectTo()];
    await ended(await connectTo());
    first.write(frame('query'));
    first.end();
    await answersOf(first);
    assert.equal(others.length, 2);
    const next = await connectTo();
    next.end(frame('again'));
    assert.deepEqual(await answersOf(next), ['againagain']);
  });
});

function frame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

async function answersOf(socket: Socket): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const answers: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at);
    answers.push(bytes.subarray(at + 2, end).toString());
    at = end;
  }
  return answers;
}

/** Resolves when the other side has ended or reset the connection. */
async function ended(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on('error', () => resolve()).on('end', () => resolve());
    socket.on('close', () => resolve()).resume();
  });
}
