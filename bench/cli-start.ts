/**
 * How long small commands of `tsadmin` take from start to end, beside `node -e 0` of the same Node. The runs take turns, so
 * that whatever else the machine does hits all alike; the median of each is compared.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = Number(process.env['CLI_RUNS'] ?? 60);
const GOAL = 1.5;

const checkout = fileURLToPath(new URL('../', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'ts-cli-start-'));
const launcher = join(checkout, 'bin/tsadmin');

const commands: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['node -e 0', [process.execPath, '-e', '0']],
  ['tsadmin version', [launcher, 'version']],
  ['tsadmin show (not set up)', [launcher, 'show']],
  ['tsadmin show', [launcher, '--root', join(root, 'host'), 'show']],
];

function run([program, ...args]: readonly [string, ...string[]]): number {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, {
    env: { ...process.env, TS_ROOT: join(root, 'empty'), TS_PLATFORM: 'dry-run' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.toString()}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

try {
  run([
    launcher,
    ...['--root', join(root, 'host'), 'add', '--silent', '--device_id=tdid_abcd1234'],
    ...['--block_list=basic.threatstop.local', '--skip_checkvalidip', '--skip_checkpolicy'],
  ]);
  const times = commands.map((): number[] => []);
  for (let turn = 0; turn < RUNS; turn++) {
    commands.forEach(([, argv], index) => times[index]?.push(run(argv)));
  }
  const floor = median(times[0] ?? []);
  console.log(`start of tsadmin, median of ${RUNS} runs in turns (goal: version ≤ ${GOAL}x)`);
  commands.forEach(([name], index) => {
    const time = median(times[index] ?? []);
    const fastest = Math.min(...(times[index] ?? []));
    if (name === 'tsadmin version' && time > GOAL * floor) process.exitCode = 1;
    const ratio = (time / floor).toFixed(2);
    console.log(
      `${name.padEnd(28)} ${time.toFixed(1)} ms  (fastest ${fastest.toFixed(1)})  ${ratio}x`,
    );
  });
} finally {
  rmSync(root, { recursive: true, force: true });
}
