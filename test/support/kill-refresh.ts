/** Kills the service's agent (SIGKILL) at random moments of a refresh, and looks each time at what is left. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PrefixTable } from '../../src/core/prefix-list.ts';
import { formatTable } from '../../src/core/prefix-text.ts';
import { ALLOW_LIST, BLOCK_LIST, startPolicyServer } from './policy-server.ts';
import { until } from './until.ts';

const CHILD = fileURLToPath(new URL('./refresh-child.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../bin/tsadmin', import.meta.url));

/** A policy of both tables. */
export interface KilledPolicy {
  readonly block: PrefixTable;
  readonly allow: PrefixTable;
}

/** Where it is done. */
export interface KillPlace {
  /** The folder of the host. */
  readonly root: string;
  /** `linux` changes the sets and rules of the namespace this runs in. */
  readonly platform: 'dry-run' | 'linux';
}

/** What came of it. */
export interface Kills {
  /** Runs that were killed before their end. */
  readonly killed: number;
  /** Of those, what the block table held then. */
  readonly old: number;
  readonly new: number;
  /** Of those, in how many the tables were of two policies, until the next start. */
  readonly mixed: number;
  /** In which step they were killed. */
  readonly steps: ReadonlyMap<string, number>;
}

/** Runs that may end, to know how long one takes. They are taken anew, as the machine may get slower. */
const MEASURED = 3;
const MEASURED_EVERY = 40;

/**
 * @param policies two that have no table in common, served in turn
 * @throws AssertionError when a table is neither the old nor the new one, whole, or after the next start the two tables
 *   are not of one policy
 */
export async function killRefreshes(
  place: KillPlace,
  policies: readonly [KilledPolicy, KilledPolicy],
  kills: number,
): Promise<Kills> {
  const server = await startPolicyServer();
  const hashes = policies.map(({ block, allow }) => [hashOf(block), hashOf(allow)] as const);
  const steps = new Map<string, number>();
  const seen = { killed: 0, old: 0, new: 0, mixed: 0 };
  try {
    server.serve(policies[0].block, policies[0].allow);
    await setUp(place, server.port);
    let usualMs = 0;
    for (let run = 0; run < kills; run += 1) {
      if (run % MEASURED_EVERY === 0) usualMs = await usualTime(place, policies, server, hashes);
      const child = await start(place);
      const before = policyIn(place, hashes);
      const after = 1 - before;
      server.serve(policies[after]!.block, policies[after]!.allow);
      const { step } = await child.killAfter(Math.random() * usualMs);
      const [block, allow] = tablesIn(place, hashes);
      if (step === null) continue;
      seen.killed += 1;
      seen[block === before ? 'old' : 'new'] += 1;
      if (block !== allow) seen.mixed += 1;
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
    await (await start(place)).killAfter(Infinity);
    policyIn(place, hashes);
    checkFolders(place);
    return { ...seen, steps };
  } finally {
    await server.stop();
  }
}

type Hashes = readonly (readonly [string, string])[];

async function setUp({ root, platform }: KillPlace, port: number): Promise<void> {
  const settings = ['--device_id=x', '--dns_server=127.0.0.1', `--port=${port}`];
  const lists = [`--block_list=${BLOCK_LIST}`, `--allow_list=${ALLOW_LIST}`];
  for (const argv of [
    ['add', '--silent', '--skip_checkvalidip', ...settings, ...lists],
    ['enable'],
  ]) {
    const env = { ...process.env, TS_ROOT: root, TS_PLATFORM: platform };
    const child = spawn(PROGRAM, argv, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    assert.deepEqual(await once(child, 'exit'), [0, null], argv.join(' '));
  }
}

/** How long a refresh takes: the middle one of some. */
async function usualTime(
  place: KillPlace,
  policies: readonly [KilledPolicy, KilledPolicy],
  server: Awaited<ReturnType<typeof startPolicyServer>>,
  hashes: Hashes,
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < MEASURED; run += 1) {
    const child = await start(place);
    const { block, allow } = policies[1 - policyIn(place, hashes)]!;
    server.serve(block, allow);
    const { step, tookMs } = await child.killAfter(Infinity);
    assert.equal(step, null);
    times.push(tookMs);
  }
  return times.sort((a, b) => a - b)[MEASURED >> 1]!;
}

/** An agent that has started. */
interface RefreshChild {
  /** Lets it refresh, and kills it. @returns the step it was in; null: it came to its end, after this time */
  killAfter(delayMs: number): Promise<{ readonly step: string | null; readonly tookMs: number }>;
}

async function start({ root, platform }: KillPlace): Promise<RefreshChild> {
  const argv = [CHILD, root, platform];
  // A group of its own: programs that it started go on when it is killed.
  const child = spawn(process.execPath, argv, {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const steps: string[] = [];
  let saidLast = 0;
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    steps.push(line);
    saidLast = performance.now();
  });
  const ended = once(child, 'exit');
  await Promise.race([once(lines, 'line'), ended]);
  assert.deepEqual(steps, ['ready'], 'the agent starts');
  return {
    async killAfter(delayMs) {
      const done = once(lines, 'close');
      const begun = performance.now();
      child.stdin.write('go\n');
      const wait = delayMs === Infinity ? done : Promise.race([delay(delayMs), done]);
      await wait;
      child.kill('SIGKILL');
      const [code, signal] = (await ended) as [number | null, string | null];
      await done;
      await until('the programs it started end', () => !hasGroup(child), 30_000);
      const [step = ''] = steps.slice(-1);
      if (step === 'done') return { step: null, tookMs: saidLast - begun };
      assert.equal(signal, 'SIGKILL', `it ended with ${code} after "${step}"`);
      return { step: step === 'ready' ? 'before the first step' : step, tookMs: 0 };
    },
  };
}

function hasGroup({ pid = 0 }: ChildProcess): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** The policy that both tables are of. */
function policyIn(place: KillPlace, hashes: Hashes): number {
  const [block, allow] = tablesIn(place, hashes);
  assert.equal(block, allow, 'the block and the allow table are of the same policy after a start');
  return block;
}

/** The policy that each table is of, whole. */
function tablesIn(place: KillPlace, hashes: Hashes): readonly [number, number] {
  const [block, allow] = (['block', 'allow'] as const).map((table, column) => {
    const lines = place.platform === 'linux' ? linesInSets(table) : linesInFile(place.root, table);
    const found = hashes.findIndex((pair) => pair[column] === hashOfLines(lines));
    assert.notEqual(found, -1, `${table} (${lines.length} entries) is neither old nor new`);
    return found;
  });
  return [block!, allow!];
}

function linesInFile(root: string, table: 'block' | 'allow'): string[] {
  const path = join(root, `var/db/aliastables/ThreatSTOP_${table}.txt`);
  return existsSync(path) ? readFileSync(path, 'latin1').trim().split('\n') : [];
}

function linesInSets(table: 'block' | 'allow'): string[] {
  const sets = ['addr', 'net', 'addr6', 'net6'].map((role) => `TS${table}${role}`);
  return sets.flatMap((set) => {
    const text = ipset('save', set);
    return [...text.matchAll(/^add \S+ (\S+)$/gm)].map(([, entry = '']) => entry);
  });
}

function ipset(...argv: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('ipset', argv, {
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

function hashOf(table: PrefixTable): string {
  return hashOfLines(Buffer.from(formatTable(table)).toString('latin1').trim().split('\n'));
}

function hashOfLines(lines: readonly string[]): string {
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

/** Kills leave nothing that grows. */
function checkFolders({ root, platform }: KillPlace): void {
  const state = platform === 'linux' ? 'var/lib/threatstop' : 'var/db/threatstop';
  const policies = readdirSync(join(root, state, 'policies'));
  assert.ok(policies.length <= 10, policies.join());
  if (platform === 'linux') assert.doesNotMatch(ipset('list', '-name'), /new$/m);
  else assert.equal(readdirSync(join(root, 'var/db/aliastables')).length, 2);
  const strays = readdirSync(join(root, state)).filter((name) => /\.(?:input|tmp|new)/.test(name));
  assert.deepEqual(strays, []);
}
