/**
 * How long small commands of `tsadmin` take from start to end, beside `node -e 0` of the same Node: the program as the
 * packages ship it, with a running service and without. The runs take turns, so that whatever else the machine does hits all
 * alike; the median of each is compared.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledProgram } from '../test/support/bundled-program.ts';
import { until } from '../test/support/until.ts';

const RUNS = Number(process.env['CLI_RUNS'] ?? 60);
/** At most this many times `node -e 0`: what asks the service, and what opens the whole agent without one. */
const GOALS = { version: 1.5, show: 2, asked: 2.5, alone: 3.5 };

type Argv = readonly [string, ...string[]];
/** What is compared: its name, its command line and the goal. */
type Case = readonly [name: string, argv: Argv, goal: number];

const program = await bundledProgram();
const launcher = join(program.folder, 'run-node');
copyFileSync(
  fileURLToPath(new URL('../linux/root/usr/lib/ts-iptables/run-node', import.meta.url)),
  launcher,
);
mkdirSync(join(program.folder, 'runtime/bin'), { recursive: true });
symlinkSync(process.execPath, join(program.folder, 'runtime/bin/node'));

const alone = join(program.folder, 'alone');
const served = join(program.folder, 'served');
const onHost = (root: string, ...argv: readonly string[]): Argv => [
  launcher,
  ...['tsadmin', '--root', root, '--platform', 'dry-run', ...argv],
];
const lookup = ['lookup', '203.0.113.7'];
const cases: readonly Case[] = [
  ['node -e 0', [process.execPath, '-e', '0'], 1],
  ['version', [launcher, 'tsadmin', 'version'], GOALS.version],
  ['show', onHost(served, 'show'), GOALS.show],
  ['show, no service', onHost(alone, 'show'), GOALS.show],
  ['status', onHost(served, 'status'), GOALS.asked],
  ['status, no service', onHost(alone, 'status'), GOALS.alone],
  ['lookup', onHost(served, ...lookup), GOALS.asked],
  ['lookup, no service', onHost(alone, ...lookup), GOALS.alone],
];

function run([command, ...args]: Argv): number {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.toString()}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

for (const root of [alone, served]) {
  run(
    onHost(
      root,
      ...['add', '--silent', '--device_id=tdid_abcd1234', '--block_list=basic.threatstop.local'],
      ...['--skip_checkvalidip', '--skip_checkpolicy'],
    ),
  );
}
const place = ['--root', served, '--platform', 'dry-run'];
const service = spawn(process.execPath, [program.service, ...place], { stdio: 'ignore' });
try {
  const socket = join(served, 'var/run/threatstop-control.sock');
  await until('the service answers', () => existsSync(socket), 30_000);
  const times = cases.map((): number[] => []);
  for (let turn = 0; turn < RUNS; turn++) {
    cases.forEach(([, argv], index) => times[index]?.push(run(argv)));
  }
  const floor = median(times[0] ?? []);
  console.log(`start of tsadmin as it is shipped, median of ${RUNS} runs in turns`);
  cases.forEach(([name, , goal], index) => {
    const time = median(times[index] ?? []);
    const fastest = Math.min(...(times[index] ?? []));
    const met = time <= goal * floor;
    if (!met) process.exitCode = 1;
    console.log(
      `${name.padEnd(20)} ${time.toFixed(1)} ms  (fastest ${fastest.toFixed(1)})  ${(time / floor).toFixed(2)}x` +
        (index === 0 ? '' : `  goal: ${goal}x${met ? '' : ', missed'}`),
    );
  });
} finally {
  service.kill();
  await once(service, 'exit');
  program.remove();
}
