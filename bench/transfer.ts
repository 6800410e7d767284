/**
 * A small change of a policy of 1,000,000 prefixes on a real BIND: what it costs to get it by queries (all sub-lists
 * again), by a transfer of the whole zone (AXFR) and by its difference (IXFR). Signed, each time in a process of its
 * own. `stall` is the longest turn of the event loop by the clock, `busy` is the same in CPU time of the thread, which
 * the other programs of the machine do not change; the goal is held against that.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNamed, type Named } from '../test/support/named.ts';
import { ZONE, zoneText } from '../test/support/policy-zone.ts';
import { median } from './support/measure.ts';
import { policyLines } from './support/policy-lines.ts';
import { ms, report, type Row } from './support/report.ts';
import type { FetchOrder, FetchTimes } from './support/transfer-process.ts';

const ENTRIES = 1_000_000;
const ROUNDS = 3;
const MAX_STALL_MS = 50;
const MAX_RSS_MB = 130;
const PROCESS = join(import.meta.dirname, 'support', 'transfer-process.ts');

/** What one way of reading took: times, and bytes from the server. */
type Figures = FetchTimes & { readonly bytes: number };

/** A zone with its policy, before and after a small change. */
interface Changing {
  readonly what: string;
  /** The list. */
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether queries can read it. */
  readonly hasQueries: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-transfer-'));
const base = join(folder, 'base');
try {
  for (const zone of [subLists(), triggers()]) {
    report(
      zone.what,
      ['received', 'time', 'CPU', 'stall', 'busy', 'peak RSS'],
      await measure(zone, await startNamed(ZONE, zoneText(7, zone.before))),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(zone: Changing, named: Named): Promise<Row[]> {
  const proxy = await startCounter(named.port);
  try {
    const { port } = proxy;
    const order = { port, list: zone.name, known: null };
    rmSync(base, { recursive: true, force: true });
    await fetchOnce({ ...order, copies: base });
    await named.change(zoneText(8, zone.after));
    const changed = { ...order, known: `${ZONE}=7` };
    const rows: [string, Figures][] = [
      ['IXFR', await medianOf(proxy, () => ({ ...changed, copies: copyOf(base) }))],
      ['AXFR', await medianOf(proxy, () => ({ ...changed, copies: copyOf(null) }))],
    ];
    if (zone.hasQueries) {
      rows.push(['queries', await medianOf(proxy, () => ({ ...changed, copies: null }))]);
    }
    if (new Set(rows.map(([, { version, entries }]) => `${version} ${entries}`)).size > 1) {
      throw new Error('The ways do not give the same policy.');
    }
    return rows.map(([what, figures]) => rowOf(what, figures));
  } finally {
    proxy.close();
    await named.stop();
  }
}

/** One prefix more in the first of the sub-lists. */
function subLists(): Changing {
  const before = policyLines('big', ENTRIES, 0);
  const after = before.map((line) =>
    line.startsWith('big-l0 IN APL') ? `${line} 1:198.18.0.1/32` : line,
  );
  const what = '1,000,000, one more in 8,000';
  return { what, name: `big.${ZONE}`, before, after, hasQueries: true };
}

/** One `rpz-ip` name less, one more. */
function triggers(): Changing {
  const name = (i: number) =>
    `32.${i & 255}.${(i >> 8) & 255}.${(i >> 16) & 255}.100.rpz-ip CNAME .`;
  const before = Array.from({ length: ENTRIES }, (_, i) => name(i));
  const after = [...before.slice(1), name(ENTRIES)];
  const what = '1,000,000 rpz-ip names, two changed';
  return { what, name: ZONE, before, after, hasQueries: false };
}

/** A folder of its own with the copies of another one. */
function copyOf(copies: string | null): string {
  const path = mkdtempSync(join(folder, 'copies-'));
  if (copies !== null) cpSync(copies, path, { recursive: true });
  return path;
}

async function medianOf(proxy: Counter, order: () => FetchOrder): Promise<Figures> {
  const runs: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    proxy.reset();
    const times = await fetchOnce(order());
    runs.push({ ...times, bytes: proxy.received() });
  }
  const of = (figure: (run: Figures) => number) => median(runs.map(figure));
  return {
    ...runs[0]!,
    ms: of((run) => run.ms),
    cpuMs: of((run) => run.cpuMs),
    stallMs: of((run) => run.stallMs),
    busyMs: of((run) => run.busyMs),
    rssMb: of((run) => run.rssMb),
    bytes: of((run) => run.bytes),
  };
}

function rowOf(what: string, { bytes, ms: timeMs, cpuMs, stallMs, busyMs, rssMb }: Figures): Row {
  const values = [
    `${(bytes / 1000).toFixed(1)} kB`,
    ms(timeMs),
    ms(cpuMs),
    ms(stallMs),
    ms(busyMs),
    `${rssMb.toFixed(0)} MB`,
  ];
  const figure = Math.min(MAX_STALL_MS / busyMs, MAX_RSS_MB / rssMb);
  return { what, values, figure, goal: 1, unit: `x within ${MAX_STALL_MS} ms, ${MAX_RSS_MB} MB` };
}

async function fetchOnce(order: FetchOrder): Promise<FetchTimes> {
  // The package holds compiled JavaScript; this makes up for compiling here, from the second process on.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
  const child = fork(PROCESS, { env, execArgv: ['--max-semi-space-size=1'] });
  child.send(order);
  const [times] = (await once(child, 'message')) as [FetchTimes];
  child.disconnect();
  await once(child, 'exit');
  return times;
}

/** Stands between agent and server and counts what the server sends. */
interface Counter {
  readonly port: number;
  received(): number;
  reset(): void;
  close(): void;
}

async function startCounter(target: number): Promise<Counter> {
  let bytes = 0;
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1');
    upstream.on('data', (chunk) => (bytes += chunk.length));
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    received: () => bytes,
    reset: () => (bytes = 0),
    close: () => server.close(),
  };
}
