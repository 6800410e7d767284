/**
 * A fleet of 1,000 devices at one portal: each asks for settings and policy and brings a beacon and 1,000 lines of hits, at
 * PRESS times the pace of one look every 15 minutes. In the short form FLEET_DEVICES=200 of them do, in a minute; all
 * 1,000 need five. Some lose their connection, some send all again. Then lines a second into SQLite and PostgreSQL, and the memory of a portal that takes 100 MB at once.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import type { HitBatch } from '../src/core/ports.ts';
import { importBatch } from '../src/portal/hits/import-batches.ts';
import { openHits } from '../src/portal/hits/open-hits.ts';
import { addDevice, type IssuedDevice } from '../src/portal/model/devices.ts';
import { addPolicy } from '../src/portal/model/policies.ts';
import { publishPolicy } from '../src/portal/model/publish.ts';
import { saveUserList } from '../src/portal/model/user-lists.ts';
import { openStore } from '../src/portal/store.ts';
import { systemClock } from '../src/system/clock.ts';
import { Postgresql } from '../test/support/postgresql.ts';
import { until } from '../test/support/until.ts';
import { batchOf, upload, withFile } from '../test/support/upload-client.ts';
import {
  batchOf as deviceBatch,
  linesOf,
  setKnown,
  visit,
  type DeviceTimes,
  type PortalPlace,
} from './support/fleet-device.ts';
import { ms, report, type Row } from './support/report.ts';

const DEVICES = 1_000;
const LINES = 1_000;
const PERIOD_S = 900;
const PRESS = 3;
const VISITS = Number(process.env['FLEET_DEVICES'] ?? 200);
/** The part of a period that the visits stand for, seconds. */
const SPAN_S = (PERIOD_S * VISITS) / DEVICES;
const INTAKE_LINES = 100_000;
const BIG_BYTES = 100 * 1024 ** 2 - 4_096;
const P99_MS = 250;
const CPU_SHARE = 0.5;
const RSS_MB = 300;
const HELD_UP_MS = 100;
const BIG_MB = 60;
const WATCH = join(import.meta.dirname, 'support', 'watch-stalls.js');
const PROGRAM = join(import.meta.dirname, '..', 'bin', 'ts-portal');

const folder = mkdtempSync(join(tmpdir(), 'bench-fleet-'));
const children: ChildProcess[] = [];
const server = new Postgresql();
try {
  const rows = [...(await fleet()), ...(await intake()), await bigUpload()];
  report('the portal and its fleet', ['measured', ''], rows);
} finally {
  for (const child of children) child.kill('SIGKILL');
  await server.remove();
  rmSync(folder, { recursive: true });
}

async function fleet(): Promise<Row[]> {
  const state = join(folder, 'fleet');
  const devices = prepare(state, DEVICES);
  const batches = Array.from({ length: VISITS }, (_, n) => deviceBatch(n));
  const { portal, place } = await serve(state);
  await longestTurn(portal);
  const cpuBefore = cpuSeconds(portal);
  const start = performance.now();
  const times: DeviceTimes[] = [];
  let failed = 0;
  await Promise.all(
    devices.slice(0, VISITS).map(async (device, n) => {
      // Spread as the jitter of the agents does it.
      await delay(((n / VISITS) * SPAN_S * 1000) / PRESS);
      try {
        times.push(await visit(place, device, { n, batch: batches[n] as HitBatch }));
      } catch (error) {
        failed += 1;
        if (failed === 1) console.log(`a device failed: ${String(error)}`);
      }
    }),
  );
  const store = openStore(state);
  await until('all is imported', () => store.batchStates.waiting().batches === 0, 300_000);
  const elapsed = (performance.now() - start) / 1000;
  const share = (cpuSeconds(portal) - cpuBefore) / SPAN_S;
  const { stallMs, busiestMs, peakMb } = await longestTurn(portal);
  store.close();
  const hits = openHits(join(state, 'hits.db'));
  const stored = (await hits.hourly({})).reduce((sum, hour) => sum + hour.hits, 0);
  await hits.close();
  await stop(portal);
  const p99 = (name: keyof DeviceTimes): number =>
    percentile(
      times.map((one) => one[name]),
      0.99,
    );
  const pressed = `${(SPAN_S / elapsed).toFixed(1)} times the real pace`;
  const latency = (name: keyof DeviceTimes): Row => ({
    what: `${name}: p99`,
    values: [
      ms(p99(name)),
      `median ${ms(
        percentile(
          times.map((one) => one[name]),
          0.5,
        ),
      )}, ${pressed}`,
    ],
    ...{ figure: P99_MS / p99(name), goal: 1, unit: `x within ${P99_MS} ms` },
  });
  return [
    ...(['settings', 'policy', 'beacon', 'upload'] as const).map(latency),
    {
      what: 'core used in real time',
      values: [`${(share * 100).toFixed(1)} %`, 'at the real pace'],
      ...{ figure: CPU_SHARE / share, goal: 1, unit: 'x within 50 %' },
    },
    {
      what: 'longest turn of the services',
      values: [`${ms(busiestMs)} of work`, `${ms(stallMs)} by the clock`],
      ...{ figure: HELD_UP_MS / busiestMs, goal: 1, unit: `x within ${HELD_UP_MS} ms` },
    },
    {
      what: 'peak memory',
      values: [`${peakMb.toFixed(0)} MB`, `${failed} visits failed`],
      ...{ figure: RSS_MB / peakMb, goal: 1, unit: `x within ${RSS_MB} MB` },
    },
    {
      what: 'hits stored once',
      values: [String(stored), `of ${VISITS * LINES}`],
      ...{ figure: stored === VISITS * LINES ? 1 : 0, goal: 1, unit: 'all' },
    },
  ];
}

/** Lines a second from a batch on disk into the database. There is no goal but the fleet's need: 1,112 a second. */
async function intake(): Promise<Row[]> {
  await server.start();
  const need = (DEVICES * LINES) / PERIOD_S;
  const device = join(folder, 'batches', 'd1');
  mkdirSync(device, { recursive: true });
  const first = Date.now() - 86_400_000;
  writeFileSync(join(device, 'b1.gz'), gzipSync(linesOf(INTAKE_LINES, 1, first)));
  const rows: Row[] = [];
  for (const [name, database] of [
    ['SQLite', join(folder, 'speed.db')],
    ['PostgreSQL', server.createDatabase('speed')],
  ] as const) {
    const hits = openHits(database);
    await hits.check();
    const start = performance.now();
    const batch = { deviceId: 'd1', batchId: 'b1', first, received: Date.now() };
    const imported = await importBatch({ hits, intakeDir: join(folder, 'batches') }, batch);
    const rate = INTAKE_LINES / ((performance.now() - start) / 1000);
    await hits.close();
    if (imported?.hits !== INTAKE_LINES) throw new Error('lines were lost');
    rows.push({
      what: `intake to ${name}`,
      values: [`${rate.toFixed(0)} lines/s`, `${INTAKE_LINES} lines, one connection`],
      ...{ figure: rate / need, goal: 1, unit: "x the fleet's need" },
    });
  }
  return rows;
}

/** What 100 MB at once add to the memory of a portal at rest; it inflates to more. */
async function bigUpload(): Promise<Row> {
  const state = join(folder, 'big');
  const [device] = prepare(state, 1) as [IssuedDevice];
  const { portal, place } = await serve(state);
  const before = memory(portal, 'VmRSS');
  const file = gzipSync(randomBytes(BIG_BYTES - 65_536), { level: 0 });
  const batch = withFile(batchOf(device.id, ''), file);
  const { status } = await upload(place.intakeUrl, device, batch);
  const peak = memory(portal, 'VmHWM');
  await stop(portal);
  const size = (file.length / 1024 ** 2).toFixed(0);
  return {
    what: `upload of ${size} MB (answer ${status})`,
    values: [
      `+ ${(peak - before).toFixed(0)} MB`,
      `${before.toFixed(0)} MB before, peak ${peak.toFixed(0)} MB`,
    ],
    ...{ figure: BIG_MB / (peak - before), goal: 1, unit: `x within ${BIG_MB} MB more` },
  };
}

function prepare(state: string, count: number): IssuedDevice[] {
  const store = openStore(state);
  const change = { store, clock: systemClock, actor: 'bench' };
  saveUserList(change, 'bench', { text: '203.0.113.1\n203.0.113.2\n' });
  addPolicy(change, 'bench', { block: ['bench'], publish: 'manual' });
  publishPolicy(change, 'bench');
  const devices = store.transaction(() =>
    Array.from({ length: count }, () => addDevice(change, { policy: 'bench' })),
  );
  store.close();
  return devices;
}

async function serve(state: string): Promise<{ portal: ChildProcess; place: PortalPlace }> {
  const portal = spawn(PROGRAM, ['serve', '--state', state], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${WATCH}`, STALLS_TO: join(state, 'stalls') },
  });
  children.push(portal);
  const said = { out: '', log: '' };
  portal.stdout.on('data', (chunk: Buffer) => (said.out += String(chunk)));
  portal.stderr.on('data', (chunk: Buffer) => (said.log += String(chunk)));
  await until(
    'the portal is ready',
    () => said.out.includes('is ready') || portal.exitCode !== null,
  );
  if (portal.exitCode !== null) {
    throw new Error(`the portal ended with code ${portal.exitCode}:\n${said.log}`);
  }
  const text = said.out;
  const port = (name: string): number =>
    Number(new RegExp(`^${name} .* port (\\d+)`, 'm').exec(text)?.[1]);
  const word = (name: string): string => new RegExp(`^${name} +(\\S+)`, 'm').exec(text)?.[1] ?? '';
  const store = openStore(state);
  setKnown(`threatstop.local=${store.zone.serial()}`);
  store.close();
  const place = { policyPort: port('policy'), settingsPort: port('settings') };
  return { portal, place: { ...place, intakeUrl: word('intake'), pin: word('pin') } };
}

/** The longest turns since the last call, and the most memory, of which the portal's main thread is told by a signal. */
async function longestTurn(
  portal: ChildProcess,
): Promise<{ readonly stallMs: number; readonly busiestMs: number; readonly peakMb: number }> {
  const file = join(folder, 'fleet', 'stalls');
  rmSync(file, { force: true });
  portal.kill('SIGUSR2');
  await until('the portal has told its longest turn', () => existsSync(file));
  return JSON.parse(readFileSync(file, 'utf8')) as Awaited<ReturnType<typeof longestTurn>>;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function cpuSeconds({ pid }: ChildProcess): number {
  const stat =
    readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  // User and system time, in ticks of 10 ms.
  return (Number(stat[11]) + Number(stat[12])) / 100;
}

function memory({ pid }: ChildProcess, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
