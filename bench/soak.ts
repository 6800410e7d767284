/**
 * The hits path under random kills: a writer and rotator, and a process that collects and uploads and is killed
 * (SIGKILL) again and again. SOAK_LINES: lines written, default 10,000,000. No line may be doubled, or lost without a
 * gap record: when runs are killed so often that the spool fills up, the oldest lines are dropped and reported.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeGap } from '../src/protocol/upload.ts';
import { FilterLog, hitLine, otherLine } from '../test/support/filter-log.ts';
import { randomWords } from './support/random.ts';

const SOAK_LINES = Number(process.env['SOAK_LINES'] ?? 10_000_000);
const LINES_PER_ROUND = 50_000;
/** Lines of others among them, one in so many. */
const OTHERS = 3;
/** Writes to the database after which a run is killed, at most; a round has about so many twice. */
const LAST_EVENT = 2_600;
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
  const { arrived, different, reported } = count();
  const doubled = arrived - different;
  // A batch can be dropped after the intake has stored it and before the agent knows.
  const lost = Math.max(0, written - different - reported);
  const speed = Math.round(written / seconds);
  console.log(`${written} lines of ours, ${kills} kills, ${speed} lines/s, memory ${memory} MB`);
  console.log(`arrived ${different}, dropped and reported in gap records ${reported}`);
  console.log(`lost without a record ${lost}, doubled ${doubled} (goal: 0 and 0)`);
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

/** Lines the intake has, each batch once; how many different ones; and lines that gap records tell of. */
function count(): { arrived: number; different: number; reported: number } {
  const seen = new Set<string>();
  let [arrived, reported] = [0, 0];
  for (const name of readdirSync(join(folder, 'intake'))) {
    const lines = linesOf(name);
    if (name.endsWith('.hits.gz')) {
      arrived += lines.length;
      for (const line of lines) seen.add(line.split(',')[12] ?? line);
    } else if (name.endsWith('.gap.gz')) {
      reported += lines.reduce((sum, line) => sum + (decodeGap(line)?.lines ?? 0), 0);
    }
  }
  return { arrived, different: seen.size, reported };
}

function linesOf(name: string): string[] {
  if (!name.endsWith('.gz')) return [];
  const text = gunzipSync(readFileSync(join(folder, 'intake', name))).toString();
  return text.slice(0, -1).split('\n');
}
