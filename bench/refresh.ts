/**
 * Reads a policy from a real BIND, makes the table and writes it to disk: the agent, resident, against the
 * best shell form (`dig -f` with one connection, sed, sort -u). Both write the same lines. Then the same over
 * a line of 50 ms round-trip time, and the check of an unchanged policy.
 */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNamed } from '../test/support/named.ts';
import { ZONE, zoneText } from '../test/support/policy-zone.ts';
import { measureInTurn, median } from './support/measure.ts';
import { policyLines } from './support/policy-lines.ts';
import type { RefreshOrder, RefreshTimes } from './support/refresh-process.ts';
import { ms, report, type Row } from './support/report.ts';

const SERIAL = 7;
const ROUNDS = 5;
const SLOW_ROUNDS = 3;
const RTT_MS = 50;
const SUPPORT = join(import.meta.dirname, 'support');

/** What `bin/ts-service` sets. */
const SERVICE_ENVIRONMENT = {
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_ARENA_MAX: '1',
};

const LISTS = [
  { name: 'basic', what: '26,424', entries4: 26_424, entries6: 0 },
  { name: 'mid', what: '400,000 + 50,000 IPv6', entries4: 400_000, entries6: 50_000 },
  { name: 'big', what: '1,000,000', entries4: 1_000_000, entries6: 0 },
] as const;

type List = (typeof LISTS)[number];

/** PTR, then all sub-lists by one `dig`, one prefix a line; single addresses without a length. */
const SHELL = `
set -e
D="dig @127.0.0.1 -p $PORT +tcp +keepopen +short"
$D "$LIST" PTR | sed 's/$/ APL/' > "$OUT.batch"
$D -f "$OUT.batch" | tr ' ' '\\n' | sed -e 's/^[12]://' -e 's,/32$,,' -e '/:/s,/128$,,' |
  LC_ALL=C sort -u > "$OUT.new"
sync "$OUT.new"
mv "$OUT.new" "$OUT"
`;

const folder = mkdtempSync(join(tmpdir(), 'bench-refresh-'));
const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
const lines = LISTS.flatMap(({ name, entries4, entries6 }) =>
  policyLines(name, entries4, entries6),
);
const named = await startNamed(ZONE, zoneText(SERIAL, lines));
try {
  const near: Row[] = [];
  for (const list of LISTS) near.push(await compare(list, named.port, ROUNDS, 3));
  report('refresh, resident', ['agent', 'fetch', 'stall', 'peak RSS', 'dig, sed, sort'], near);
  const proxy = await startProxy(named.port);
  const far = [await compare(LISTS[2], proxy.port, SLOW_ROUNDS, 8)];
  report(`refresh, ${RTT_MS} ms`, ['agent', 'fetch', 'stall', 'peak RSS', 'dig, sed, sort'], far);
  proxy.process.kill();
  await unchanged();
  report('memory', ['peak RSS'], [await peakMemory(LISTS[2], 1), await peakMemory(LISTS[2], 6)]);
} finally {
  await named.stop();
  rmSync(folder, { recursive: true });
}

async function compare(list: List, port: number, rounds: number, goal: number): Promise<Row> {
  const agent = startAgent();
  const runs: RefreshTimes[] = [];
  const order = { port, list: `${list.name}.${ZONE}`, output: ours, known: null };
  // The agent is resident: what it compiles in its first run is there from then on.
  await refresh(agent, order);
  const times = await measureInTurn(
    [
      { name: 'ours', run: async () => void runs.push(await refresh(agent, order)) },
      { name: 'theirs', run: () => runShell(port, list) },
    ],
    rounds,
  );
  await stop(agent);
  checkEqual(list);
  const [oursMs = NaN, theirsMs = NaN] = [times.get('ours'), times.get('theirs')];
  const values = [
    ms(oursMs),
    ms(median(runs.map((run) => run.fetchMs))),
    ms(median(runs.map((run) => run.stallMs))),
    `${Math.max(...runs.map((run) => run.rssMb)).toFixed(0)} MB`,
    ms(theirsMs),
  ];
  return { what: list.what, values, figure: theirsMs / oursMs, goal, unit: 'x faster' };
}

/** One small query; figure: 5 ms of CPU against what it took. */
async function unchanged(): Promise<void> {
  const agent = startAgent();
  const list = `${LISTS[2].name}.${ZONE}`;
  const order = { port: named.port, list, output: ours, known: `${ZONE}=${SERIAL}` };
  await refresh(agent, order);
  const runs: RefreshTimes[] = [];
  for (let round = 0; round < 20; round += 1) runs.push(await refresh(agent, order));
  await stop(agent);
  if (runs.some((run) => run.version !== 'unchanged')) throw new Error('It is not unchanged.');
  const cpuMs = median(runs.map((run) => run.cpuMs));
  const values = [
    `${median(runs.map((run) => run.totalMs)).toFixed(1)} ms`,
    `${cpuMs.toFixed(1)} ms`,
  ];
  const row = { what: '1,000,000', values, figure: 5 / cpuMs, goal: 1, unit: 'x below 5 ms' };
  report('unchanged policy', ['time', 'CPU'], [row]);
}

function startAgent(): ChildProcess {
  // The package holds compiled JavaScript; this makes up for compiling here, from the second process on.
  const env = {
    ...process.env,
    ...SERVICE_ENVIRONMENT,
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  return fork(join(SUPPORT, 'refresh-process.ts'), { env, execArgv: ['--max-semi-space-size=1'] });
}

/** Peak memory of a process whose code is compiled and that reads the list so many times. */
async function peakMemory(list: List, refreshes: number): Promise<Row> {
  const order = { port: named.port, list: `${list.name}.${ZONE}`, output: ours, known: null };
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const agent = startAgent();
    let peak = 0;
    for (let n = 0; n < refreshes; n += 1) peak = (await refresh(agent, order)).rssMb;
    peaks.push(peak);
    await stop(agent);
  }
  const rssMb = median(peaks);
  const values = [`${rssMb.toFixed(0)} MB`];
  const what = `${list.what}, ${refreshes === 1 ? 'one refresh' : `${refreshes} refreshes`}`;
  return { what, values, figure: 100 / rssMb, goal: 1, unit: 'x below 100 MB' };
}

/** Lets the process end by itself, so that it keeps what it compiled. */
async function stop(agent: ChildProcess): Promise<void> {
  agent.disconnect();
  await once(agent, 'exit');
}

async function refresh(agent: ChildProcess, order: RefreshOrder): Promise<RefreshTimes> {
  agent.send(order);
  const [times] = (await once(agent, 'message')) as [RefreshTimes];
  return times;
}

function runShell(port: number, list: List): void {
  const env = { ...process.env, PORT: String(port), LIST: `${list.name}.${ZONE}`, OUT: theirs };
  const { status } = spawnSync('sh', ['-c', SHELL], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`dig: exit code ${status ?? 'none'}`);
}

function checkEqual(list: List): void {
  const sorted = (path: string) => readFileSync(path, 'latin1').trim().split('\n').sort();
  const [one, two] = [sorted(ours), sorted(theirs)];
  const differs = one.length !== two.length || one.some((line, i) => line !== two[i]);
  if (differs) throw new Error(`${list.what}: the agent's table is not what dig reads`);
}

async function startProxy(port: number): Promise<{ process: ChildProcess; port: number }> {
  const script = join(SUPPORT, 'delay-proxy.ts');
  const child = spawn(process.execPath, [script, String(port), String(RTT_MS / 2)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, port: Number(line.toString()) };
}
