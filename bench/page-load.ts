/**
 * The built service (`dist/`) with 100,000 hits (HITS=…) while it takes policies of a million entries, one every 30 s
 * (REFRESH_SECONDS=…; a device asks every 15 minutes), and its page is asked 50 times a second for 60 s (SECONDS=…).
 * NODE_OPTIONS reaches the service, e.g. `--cpu-prof`.
 *
 * The first row is judged: 99 of 100 answers. Below it each path by itself: the first lookup in a new policy has to read
 * it, the first `/policy` compares it with the one before. The clock counts what other programs of the machine take as
 * well; the last row is the service's own part: the most processor time that its thread took at a stretch, in which
 * nobody else is answered.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon, { type Result } from 'autocannon';
import { openAgentDatabase } from '../src/state/agent-database.ts';
import { systemClock } from '../src/system/clock.ts';
import { freePort } from '../test/support/free-port.ts';
import { BLOCK_LIST } from '../test/support/policy-server.ts';
import { seedHits } from '../test/support/seed-hits.ts';
import { ms, report, type Row } from './support/report.ts';

const HITS = Number(process.env['HITS'] ?? 100_000);
const SECONDS = Number(process.env['SECONDS'] ?? 60);
const PER_SECOND = 50;
const ENTRIES = 1_000_000;
const REFRESH_SECONDS = Number(process.env['REFRESH_SECONDS'] ?? 30);
const GOAL_MS = 100;
const HTMX = { 'hx-request': 'true' };

/** What browsers ask for: pages by a click, parts by themselves every few seconds. */
const ASKED: readonly { readonly path: string; readonly poll?: boolean }[] = [
  { path: '/' },
  { path: '/status?seen=', poll: true },
  { path: '/overview/hits?seen=', poll: true },
  { path: '/hits' },
  { path: '/hits?seen=0', poll: true },
  { path: '/hits?direction=out&port=443' },
  { path: '/hits?address=198.18.0.0/15' },
  { path: '/lookup?address=64.87.3.133' },
  { path: '/policy' },
  { path: '/settings' },
  { path: '/activity' },
  { path: '/sessions' },
];

/** Of every answer, ms. */
const times: number[] = [];
const root = mkdtempSync(join(tmpdir(), 'bench-page-'));
const stallsTo = join(root, 'stalls.json');
const environment = {
  ...process.env,
  ...{ TS_ROOT: root, TS_PLATFORM: 'dry-run', STALLS_TO: stallsTo },
};
// Apart, so that what it does holds up no request.
const policies = spawn(
  process.execPath,
  [
    join(import.meta.dirname, 'support/policy-process.ts'),
    String(ENTRIES),
    String(REFRESH_SECONDS),
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
let service: ChildProcess | null = null;
try {
  const [port] = (await once(policies.stdout, 'data')) as [Buffer];
  for (const path of ['var/db/threatstop', 'var/log'])
    mkdirSync(join(root, path), { recursive: true });
  add(await freePort(), Number(port.toString()));
  seed();
  service = await start();
  const [origin, cookie] = await logIn();
  await look(service);
  const results = await Promise.all(ASKED.map((one) => load(origin, cookie, one)));
  const busiestMs = await look(service);
  rows(results, busiestMs);
} finally {
  if (service !== null && service.exitCode === null && service.kill()) await once(service, 'exit');
  policies.stdin.end();
  rmSync(root, { recursive: true });
}

function rows(results: readonly Result[], busiestMs: number): void {
  const unit = `x below ${GOAL_MS} ms`;
  const each = results.map((result, index): Row => {
    const { p50, p97_5, p99, max } = result.latency;
    return {
      what: `${ASKED[index]?.path ?? ''}${ASKED[index]?.poll === true ? ' (poll)' : ''}`,
      values: [...[p50, p97_5, p99, max].map(ms), String(failures(result))],
      figure: GOAL_MS / p99,
      goal: 0,
      unit,
    };
  });
  const sorted = times.toSorted((a, b) => a - b);
  const [p50, p97_5, p99, max] = [0.5, 0.975, 0.99, 1].map(
    (share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0,
  ) as [number, number, number, number];
  const failed = results.reduce((sum, result) => sum + failures(result), 0);
  const all: Row = {
    what: 'all of them',
    values: [...[p50, p97_5, p99, max].map(ms), String(failed)],
    figure: failed > 0 ? 0 : GOAL_MS / p99,
    goal: 1,
    unit,
  };
  const own: Row = {
    what: 'longest turn, processor time',
    values: ['', '', '', ms(busiestMs), ''],
    figure: GOAL_MS / busiestMs,
    goal: 1,
    unit,
  };
  const asked = results.reduce((sum, { requests }) => sum + requests.total, 0);
  report(
    `${HITS} hits, ${asked} requests`,
    ['p50', 'p97.5', 'p99', 'max', 'failed'],
    [all, ...each, own],
  );
}

/** Answers that are no page, and requests without one. */
function failures(result: Result): number {
  return result.errors + result['4xx'] + result['5xx'];
}

function load(
  origin: string,
  cookie: string,
  { path, poll = false }: (typeof ASKED)[number],
): Promise<Result> {
  const asked = {
    url: origin + path,
    headers: { cookie, ...(poll ? HTMX : {}) },
    connections: 1,
    overallRate: PER_SECOND / ASKED.length,
    duration: SECONDS,
  };
  return new Promise((resolve, reject) => {
    const run = autocannon(asked, (error: Error | null, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
    run.on('response', (_client, _status, _bytes, responseMs) => void times.push(responseMs));
  });
}

function add(uiPort: number, port: number): void {
  const settings = ['--device_id=bench', `--block_list=${BLOCK_LIST}`, '--dns_server=127.0.0.1'];
  const intervals = [
    `--policy_interval=${REFRESH_SECONDS}`,
    '--hits_kept=10000',
    `--ui_address=127.0.0.1:${uiPort}`,
  ];
  run('add', '--silent', '--skip_checkvalidip', `--port=${port}`, ...settings, ...intervals);
}

function seed(): void {
  const database = openAgentDatabase(join(root, 'var/db/threatstop/agent.sqlite'), systemClock);
  seedHits(database, { hits: HITS, now: systemClock.now(), days: 7 });
  database.close();
}

async function start(): Promise<ChildProcess> {
  const watch = `--import=${join(import.meta.dirname, 'support/watch-stalls.js')}`;
  const NODE_OPTIONS = `${process.env['NODE_OPTIONS'] ?? ''} ${watch}`.trim();
  const child = spawn(new URL('../bin/ts-service', import.meta.url).pathname, [], {
    env: { ...environment, NODE_OPTIONS },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  await once(child.stderr, 'data');
  child.stderr.pipe(process.stderr);
  return child;
}

async function logIn(): Promise<readonly [origin: string, cookie: string]> {
  const { link } = JSON.parse(run('ui', '--json')) as { link: string };
  const answer = await fetch(link, { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  return [new URL(link).origin, cookie];
}

/** The longest turn since the last look, ms of processor time. */
async function look(child: ChildProcess): Promise<number> {
  rmSync(stallsTo, { force: true });
  child.kill('SIGUSR2');
  while (!existsSync(stallsTo)) await delay(50);
  return (JSON.parse(readFileSync(stallsTo, 'utf8')) as { busiestMs: number }).busiestMs;
}

function run(...args: readonly string[]): string {
  const program = new URL('../bin/tsadmin', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(program, args, {
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tsadmin ${args.join(' ')}: ${stderr}`);
  return stdout;
}
