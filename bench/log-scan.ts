/**
 * Finds the lines of our rules in a filter log, each time in a new process: the agent's code against grep.
 * SCAN_MB: size of the plain log, default 1000. Counts must be equal.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchTrackers, parseTrackerRange } from '../src/core/log-line-match.ts';
import { scanLines } from '../src/core/log-line-scan.ts';
import { openLog } from '../src/logs/open-log.ts';
import { measureInTurn } from './support/measure.ts';
import { randomWords } from './support/random.ts';
import { ms, report, type Row } from './support/report.ts';

const SCAN_MB = Number(process.env['SCAN_MB'] ?? 1_000);
const ROUNDS = 5;
const OUR_PERCENT = 3;
/** At most 1.5 times grep's time. */
const SPEED_GOAL = 0.67;
const RING_BYTES = 511_468;
const RING_READS = 200;
const RING_GOAL = 200;
const MEMORY_GOAL_MB = 60;
/** As the service runs. */
const SERVICE_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const NEEDLE = ',,,17700001';
const SCAN = join(import.meta.dirname, 'support', 'scan-log.ts');

const folder = mkdtempSync(join(tmpdir(), 'bench-log-scan-'));
try {
  const rows = [
    ...(await compare(`plain, ${SCAN_MB} MB`, makePlain(SCAN_MB), `grep -c ${NEEDLE} "$0"`)),
    ...(await compare('bzip2, 50 MB', makeRotated(50), `bzcat "$0" | grep -c ${NEEDLE}`)),
    await ringRow(),
  ];
  report('lines of our rules', ['ours', 'grep', 'our memory'], rows);
} finally {
  rmSync(folder, { recursive: true });
}

/** A log and the file that grep reads. */
interface Input {
  readonly log: string;
  readonly file: string;
}

async function compare(what: string, { log, file }: Input, grep: string): Promise<Row[]> {
  let memory = 0;
  const counts = new Set<number>();
  const ours = (): void => {
    const [count = NaN, rss = NaN] = output(process.execPath, [...SERVICE_FLAGS, SCAN, log])
      .split(' ')
      .map(Number);
    counts.add(count);
    memory = rss;
  };
  const theirs = (): void => {
    counts.add(Number(output('sh', ['-c', grep, file])));
  };
  // Both once before it counts: they fill the caches of disk and compiler.
  ours();
  theirs();
  const contestants = [
    { name: 'ours', run: ours },
    { name: 'grep', run: theirs },
  ];
  const times = await measureInTurn(contestants, ROUNDS);
  if (counts.size !== 1) throw new Error(`${what}: counts differ, ${[...counts].join(' and ')}`);
  const [oursMs = NaN, grepMs = NaN] = [times.get('ours'), times.get('grep')];
  const values = [ms(oursMs), ms(grepMs), `${memory} MB`];
  const speed = { figure: grepMs / oursMs, goal: SPEED_GOAL, unit: "of grep's speed" };
  const room = { figure: MEMORY_GOAL_MB - memory, goal: 0, unit: `MB below ${MEMORY_GOAL_MB}` };
  const isLarge = what.startsWith('plain');
  return [{ what, values, ...speed }, ...(isLarge ? [{ what: '  memory', values, ...room }] : [])];
}

function output(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    // The package holds compiled JavaScript; from the second run on this makes up for compiling here.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });
  if (result.status === 0) return result.stdout;
  throw new Error(`${program} failed: ${result.stderr}`, { cause: result.error });
}

function makePlain(megabytes: number): Input {
  const log = join(folder, 'plain.log');
  writeLines(log, megabytes);
  return { log, file: log };
}

function makeRotated(megabytes: number): Input {
  const log = join(folder, 'rotated.log');
  writeLines(`${log}.0`, megabytes);
  output('bzip2', [`${log}.0`]);
  writeFileSync(log, '');
  return { log, file: `${log}.0.bz2` };
}

/** Reads a ring of pfSense's default size from its oldest line to its end, again and again, in this process. */
async function ringRow(): Promise<Row> {
  const path = join(folder, 'ring.log');
  writeLines(path, 1);
  const area = readFileSync(path).subarray(0, RING_BYTES);
  const footer = new Uint32Array([1, 0, area.length, 0]);
  writeFileSync(path, Buffer.concat([area, Buffer.from('CLOG'), Buffer.from(footer.buffer)]));
  const ring = openLog(path, { startAt: 'beginning' });
  const matcher = matchTrackers([parseTrackerRange('1770000101-1770000199')]);
  const started = performance.now();
  let bytesRead = 0;
  for (let reads = 0; reads < RING_READS; reads += 1) {
    for await (const { bytes } of ring.read(null)) {
      scanLines(bytes, matcher, () => undefined);
      bytesRead += bytes.length;
    }
  }
  const tookMs = performance.now() - started;
  const values = [ms(tookMs / RING_READS), '', ''];
  const speed = { figure: bytesRead / 1_000 / tookMs, goal: RING_GOAL, unit: 'MB/s' };
  return { what: 'ring (clog), 511 kB', values, ...speed };
}

/** The same 50,000 lines again and again. */
function writeLines(path: string, megabytes: number): void {
  const random = randomWords(1);
  const file = openSync(path, 'w');
  const block = Array.from({ length: 50_000 }, (_, i) => randomLine(random, i / 20)).join('');
  for (let left = megabytes * 1_000_000; left > 0; left -= block.length) writeSync(file, block);
  closeSync(file);
}

/** Half TCP, most of the rest UDP, a tenth IPv6. */
function randomLine(random: () => number, second: number): string {
  const pick = (below: number): number => random() % below;
  const stamp = new Date(Date.UTC(2026, 10, 20) + second * 1_000).toUTCString();
  const time = `Nov ${stamp.slice(5, 7)} ${stamp.slice(17, 25)}`;
  const isOurs = pick(100) < OUR_PERCENT;
  const others = [1000000103, 1000002661, 12000, 1466525821, 1000000117];
  const tracker = isOurs ? 1770000101 + pick(2) : (others[pick(others.length)] ?? 0);
  const rule = `${4 + pick(120)},,,${tracker},igb${pick(3)},match,block,in`;
  const source = `${1 + pick(223)}.${pick(256)}.${pick(256)}.${pick(256)}`;
  const ports = `${pick(65_536)},${pick(65_536)}`;
  const tcp = `4,0x0,,${pick(255)},${pick(65_536)},0,DF,6,tcp,60,${source},203.0.113.7,${ports},0,S,${random()},,64240,,mss;sackOK;TS;nop;wscale`;
  const udp = `4,0x0,,${pick(255)},${pick(65_536)},0,none,17,udp,72,${source},203.0.113.7,${ports},52`;
  const six = `6,0x00,0x00000,58,tcp,6,20,2001:db8::${pick(65_536).toString(16)},2001:db8:1::7,${ports},0,S,1,,65535,,mss`;
  const kind = pick(10);
  const packet = kind < 5 ? tcp : kind < 9 ? udp : six;
  return `${time} pfSense filterlog[38263]: ${rule},${packet}\n`;
}
