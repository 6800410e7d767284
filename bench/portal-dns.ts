/**
 * The portal's own name server beside `named` on the same zone, a policy of 1,000,000 prefixes: queries for the serial a
 * second (what devices ask most), transfers of the whole zone, and the memory of either. Each server in a process of its
 * own, asked by the same client.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrefixBuilder } from '../src/core/prefix-builder.ts';
import { toTable } from '../src/core/prefix-sort.ts';
import { addPolicy } from '../src/portal/model/policies.ts';
import { publishPolicy } from '../src/portal/model/publish.ts';
import { saveUserTable } from '../src/portal/model/user-lists.ts';
import { addSecondary } from '../src/portal/model/secondaries.ts';
import { openStore } from '../src/portal/store.ts';
import { zoneFile } from '../src/portal/zone/zone-file.ts';
import { FrameReader, frame } from '../src/protocol/dns-frame.ts';
import { encodeQuery } from '../src/protocol/dns-message.ts';
import { RecordCursor, readHeader } from '../src/protocol/dns-scan.ts';
import { TYPE } from '../src/protocol/dns-types.ts';
import { signMessage } from '../src/protocol/tsig.ts';
import { systemClock } from '../src/system/clock.ts';
import { freePort } from '../test/support/free-port.ts';
import { TEST_KEY, startNamed } from '../test/support/named.ts';
import { measureInTurn } from './support/measure.ts';
import { randomAddress4, randomWords } from './support/random.ts';
import { ms, report } from './support/report.ts';

const ENTRIES = 1_000_000;
const QUERIES = 20_000;
const WINDOW = 100;
const ROUNDS = 5;
/** A share of what a server in C does that is enough for thousands of devices. */
const QUERY_GOAL = 0.1;
const TRANSFER_GOAL = 0.1;
const MAX_PUBLISH_MS = 3_000;
const MAX_RSS_MB = 130;
const PROGRAM = join(import.meta.dirname, '..', 'bin', 'ts-portal');

const folder = mkdtempSync(join(tmpdir(), 'bench-portal-'));
const servers: ChildProcess[] = [];
try {
  await measure();
} finally {
  for (const server of servers) server.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const { key, publishMs, changeMs, zone } = publish();
  const port = await freePort();
  const portal = await serve(port);
  const named = await startNamed('threatstop.local', zone);
  try {
    const portalKey = { name: 'bench', secret: Buffer.from(key, 'base64') };
    const times = await measureInTurn(
      [
        { name: 'portal SOA', run: () => askSerial(port, portalKey) },
        { name: 'named SOA', run: () => askSerial(named.port, TEST_KEY) },
        { name: 'portal AXFR', run: () => transfer(port, portalKey) },
        { name: 'named AXFR', run: () => transfer(named.port, TEST_KEY) },
      ],
      ROUNDS,
    );
    const time = (name: string): number => times.get(name) ?? NaN;
    const perSecond = (name: string): string => `${((QUERIES / time(name)) * 1000).toFixed(0)}/s`;
    const rss = rssMb(portal);
    report(
      'the portal beside named, 1,000,000 prefixes',
      ['portal', 'named'],
      [
        {
          what: `SOA, signed, ${WINDOW} on their way`,
          values: [perSecond('portal SOA'), perSecond('named SOA')],
          figure: time('named SOA') / time('portal SOA'),
          goal: QUERY_GOAL,
          unit: "x of named's",
        },
        {
          what: 'AXFR, signed',
          values: [ms(time('portal AXFR')), ms(time('named AXFR'))],
          figure: time('named AXFR') / time('portal AXFR'),
          goal: TRANSFER_GOAL,
          unit: "x of named's",
        },
        {
          what: 'memory after it',
          values: [`${rss.toFixed(0)} MB`, ''],
          figure: MAX_RSS_MB / rss,
          goal: 1,
          unit: `x within ${MAX_RSS_MB} MB`,
        },
        {
          what: 'publish all; one entry more',
          values: [ms(publishMs), ms(changeMs)],
          figure: MAX_PUBLISH_MS / publishMs,
          goal: 1,
          unit: `x within ${MAX_PUBLISH_MS} ms`,
        },
      ],
    );
  } finally {
    await named.stop();
  }
}

/** Publishes the policy, and makes a key for the client. */
function publish(): { key: string; publishMs: number; changeMs: number; zone: string } {
  const store = openStore(folder);
  const change = { store, clock: systemClock, actor: 'bench' };
  const random = randomWords(ENTRIES);
  const v4 = new PrefixBuilder(4, ENTRIES);
  for (let i = 0; i < ENTRIES; i += 1) {
    const word = random();
    v4.add4(randomAddress4(random), word % 100 < 85 ? 32 : 20 + ((word >>> 8) % 12));
  }
  saveUserTable(change, 'big', toTable(v4.toList(), new PrefixBuilder(6).toList()));
  addPolicy(change, 'big', { block: ['big'], publish: 'manual' });
  const timed = (): number => {
    const start = performance.now();
    publishPolicy(change, 'big');
    return performance.now() - start;
  };
  const publishMs = timed();
  v4.add4(0x08080808, 32);
  saveUserTable(change, 'big', toTable(v4.toList(), new PrefixBuilder(6).toList()));
  const changeMs = timed();
  const { key } = addSecondary(change, 'bench', { address: '127.0.0.1', notify: false });
  const zone = [...zoneFile(store.zone)].join('');
  store.close();
  // A name server needs these, which the portal has from its first start on.
  return { key, publishMs, changeMs, zone: `${zone}@ IN NS ns\nns IN A 127.0.0.1\n` };
}

async function serve(port: number): Promise<ChildProcess> {
  const args = ['serve', '--state', folder, '--policy-port', String(port)];
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(child);
  for await (const chunk of child.stdout) if (String(chunk).includes('is ready')) return child;
  throw new Error('the portal did not start');
}

function rssMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

interface Key {
  readonly name: string;
  readonly secret: Uint8Array;
}

function signed(key: Key, id: number, type: 'SOA' | 'AXFR'): Uint8Array {
  const query = encodeQuery({ id, name: 'threatstop.local', type });
  return frame(signMessage(query, key, Math.floor(Date.now() / 1000)).message);
}

/** Asks for the serial again and again on one connection. */
async function askSerial(port: number, key: Key): Promise<void> {
  const query = signed(key, 1, 'SOA');
  const socket = await open(port);
  let asked = WINDOW;
  let answered = 0;
  for (let i = 0; i < WINDOW; i += 1) socket.write(query);
  await read(socket, (message) => {
    if (readHeader(message).rcode !== 0) throw new Error('refused');
    answered += 1;
    if (asked < QUERIES) {
      asked += 1;
      socket.write(query);
    }
    return answered === QUERIES;
  });
}

async function transfer(port: number, key: Key): Promise<void> {
  const socket = await open(port);
  socket.write(signed(key, 2, 'AXFR'));
  let bytes = 0;
  let ends = 0;
  await read(socket, (message) => {
    bytes += message.length;
    const records = new RecordCursor(message);
    // The zone begins and ends with its SOA record.
    while (records.next()) if (records.type === TYPE.SOA) ends += 1;
    return ends === 2;
  });
  if (bytes < 7_000_000) throw new Error(`only ${bytes} bytes`);
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Reads messages until `take` says that it was the last one. */
async function read(socket: Socket, take: (message: Uint8Array) => boolean): Promise<void> {
  const frames = new FrameReader();
  for await (const chunk of socket) {
    const seen = { last: false };
    frames.push(chunk as Uint8Array, (message) => {
      seen.last ||= take(message);
    });
    if (seen.last) break;
  }
  socket.destroy();
}
