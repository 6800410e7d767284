/**
 * The hits path under random kills: a writer and rotator, and a process that collects and uploads and is killed
 * (SIGKILL) again and again. SOAK_LINES: lines written, default 300,000. No line may be lost or doubled.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FilterLog, hitLine, otherLine } from '../test/support/filter-log.ts';
import { randomWords } from './support/random.ts';

const SOAK_LINES = Number(process.env['SOAK_LINES'] ?? 300_000);
const LINES_PER_ROUND = 10_000;
/** Lines of others among them, one in so many. */
const OTHERS = 3;
/** Writes to the database after which a run is killed, at most; a round has about so many twice. */
const LAST_EVENT = 12_000;
/** As the service runs. */
const SERVICE_FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const CHILD = join(import.meta.dirname, '../test/support/hits-child.ts');

const folder = mkdtempSync(join(tmpdir(), 'bench-soak-'));
try {
  const log = new FilterLog(join(folder, 'filter.log'));
  mkdirSync(join(folder, 'intake'));
  const random = randomWords(Number(process.env['SEED'] ?? 1));
  const started = performance.now();
  runChild(0);
  let [written, kills] = [0, 0];
  while (written < SOAK_LINES) {
    log.writeText(linesFrom(written));
    written += LINES_PER_ROUND;
    if (random() % 2 === 0)
      log.rotate({ keep: 50, ...(random() % 2 === 0 ? { compress: 'bz2' } : {}) });
    // Without a run to its end now and then the spool would fill up, and drop lines as it should.
    const event = random() % 4 === 0 ? 0 : 1 + (random() % LAST_EVENT);
    kills += runChild(event).killed;
  }
  const { memory } = runChild(0);
  const seconds = (performance.now() - started) / 1_000;
  const { arrived, different } = count();
  const [lost, doubled] = [written - different, arrived - different];
  const speed = Math.round(written / seconds);
  console.log(`${written} lines of ours, ${kills} kills, ${speed} lines/s, memory ${memory} MB`);
  console.log(`lost ${lost}, doubled ${doubled} (goal: 0 and 0)`);
  if (lost !== 0 || doubled !== 0 || kills === 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

function linesFrom(first: number): string {
  return Array.from({ length: LINES_PER_ROUND }, (_, i) => {
    const line = `${hitLine(first + i)}\n`;
    return i % OTHERS === 0 ? `${line}${otherLine(i)}\n` : line;
  }).join('');
}

/** Collects and uploads once. @param event where the process is killed; 0: nowhere */
function runChild(event: number): { killed: 0 | 1; memory: number } {
  const { signal, status, stdout, stderr } = spawnSync(
    process.execPath,
    [...SERVICE_FLAGS, CHILD, folder, String(event)],
    { encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') } },
  );
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(`the agent failed: ${stderr}`);
  return { killed: signal === 'SIGKILL' ? 1 : 0, memory: Number(stdout) };
}

/** Lines the intake has, each batch once; and how many different ones. */
function count(): { arrived: number; different: number } {
  const seen = new Set<string>();
  let arrived = 0;
  for (const name of readdirSync(join(folder, 'intake'))) {
    if (!name.endsWith('.gz')) continue;
    const lines = gunzipSync(readFileSync(join(folder, 'intake', name))).toString();
    for (const line of lines.slice(0, -1).split('\n')) {
      arrived += 1;
      seen.add(line.split(',')[12] ?? line);
    }
  }
  return { arrived, different: seen.size };
}
