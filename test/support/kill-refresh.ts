/** Kills `tsadmin update` (SIGKILL) at random moments, and looks each time at what is left. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PrefixTable } from '../../src/core/prefix-list.ts';
import { formatTable } from '../../src/core/prefix-text.ts';
import { ALLOW_LIST, BLOCK_LIST, startPolicyServer } from './policy-server.ts';
import { spawnProgram, tsadmin } from './programs.ts';

/** A policy of both tables. */
export interface KilledPolicy {
  readonly block: PrefixTable;
  readonly allow: PrefixTable;
}

/** How many runs were killed before their end, and what the block table held then. */
export interface Kills {
  readonly killed: number;
  readonly old: number;
  readonly new: number;
}

/** Every so many kills a run may end, and must leave all as it should be. */
const KILLS_PER_RUN = 5;

/**
 * @param policies two that have no table in common, served in turn
 * @throws AssertionError when a table is neither the old nor the new one, whole, or the next run fails
 */
export async function killRefreshes(
  root: string,
  [one, two]: readonly [KilledPolicy, KilledPolicy],
  kills: number,
): Promise<Kills> {
  const server = await startPolicyServer();
  try {
    server.serve(one.block, one.allow);
    const usualMs = await setUp(root, server.port);
    let enforced = one;
    const seen = { killed: 0, old: 0, new: 0 };
    for (let run = 1; run <= kills; run += 1) {
      const next = enforced === one ? two : one;
      server.serve(next.block, next.allow);
      const killed = await killAfter(root, Math.random() * usualMs);
      const isNew = checkTables(root, enforced, next);
      if (killed) seen.killed += 1;
      if (killed) seen[isNew ? 'new' : 'old'] += 1;
      if (run % KILLS_PER_RUN === 0) await checkNextRun(root, next);
      enforced = isNew || run % KILLS_PER_RUN === 0 ? next : enforced;
    }
    return seen;
  } finally {
    await server.stop();
  }
}

/** @returns how long an update takes */
async function setUp(root: string, port: number): Promise<number> {
  const { code, stderr } = await tsadmin(
    root,
    ...['add', '--silent', '--skip_checkvalidip', '--skip_checkpolicy', '--device_id=x'],
    ...[`--block_list=${BLOCK_LIST}`, `--allow_list=${ALLOW_LIST}`],
    ...['--dns_server=127.0.0.1', `--port=${port}`],
  );
  assert.equal(code, 0, stderr);
  const start = performance.now();
  const first = await tsadmin(root, 'update');
  assert.equal(first.code, 0, first.stderr);
  return performance.now() - start;
}

async function killAfter(root: string, delayMs: number): Promise<boolean> {
  const child = spawnProgram('tsadmin', ['update'], { TS_ROOT: root, TS_PLATFORM: 'dry-run' });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([delay(delayMs), ended]);
  child.kill('SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}

/** @returns whether the block table is the new one */
function checkTables(root: string, before: KilledPolicy, after: KilledPolicy): boolean {
  const isNew = (['block', 'allow'] as const).map((table) => {
    const text = readTable(root, table);
    const isAfter = text === textOf(after[table]);
    assert.ok(isAfter || text === textOf(before[table]), `${table} is neither old nor new`);
    return isAfter;
  });
  return isNew[0] ?? false;
}

async function checkNextRun(root: string, wanted: KilledPolicy): Promise<void> {
  const { code, stderr } = await tsadmin(root, 'update');
  assert.equal(code, 0, stderr);
  assert.equal(readTable(root, 'block'), textOf(wanted.block));
  assert.equal(readTable(root, 'allow'), textOf(wanted.allow));
  assert.equal(readdirSync(join(root, 'var/db/aliastables')).length, 2);
  assert.ok(readdirSync(join(root, 'var/db/threatstop/policies')).length <= 4);
}

function readTable(root: string, table: 'block' | 'allow'): string | null {
  const path = join(root, `var/db/aliastables/ThreatSTOP_${table}.txt`);
  return existsSync(path) ? readFileSync(path, 'latin1') : null;
}

function textOf(table: PrefixTable): string {
  return Buffer.from(formatTable(table)).toString('latin1');
}
