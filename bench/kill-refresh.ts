/**
 * Kills 200 refreshes of the service's agent at moments that are uniform over a whole refresh: each table is the old or the
 * new one every time, and the next start makes both of one policy. On the dry run, small policies and such as get a thread,
 * and on ipset in a network namespace. `node bench/kill-refresh.ts [KILLS]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRefreshes, type KillPlace, type Kills } from '../test/support/kill-refresh.ts';
import { NetworkHost } from '../test/support/network.ts';
import { table } from '../test/support/prefixes.ts';
import { randomPolicy } from './support/random-policy.ts';
import { report, type Row } from './support/report.ts';

const INSIDE = 'inside';
const [first = '200', where] = process.argv.slice(2);
const kills = Number(first);

/** Entries, platform, and the share of all kills. */
const CASES = [
  { entries: 20_000, platform: 'dry-run', share: 0.25 },
  { entries: 150_000, platform: 'dry-run', share: 0.35 },
  { entries: 20_000, platform: 'linux', share: 0.2 },
  { entries: 150_000, platform: 'linux', share: 0.2 },
] as const;

if (where === INSIDE) await runAll();
else runInNamespace();

/** The sets of the machine itself are not touched, and the policy server is in the same network. */
function runInNamespace(): void {
  const host = new NetworkHost();
  try {
    const argv = ['netns', 'exec', host.name, process.execPath, import.meta.filename];
    const { status } = spawnSync('ip', [...argv, first, INSIDE], { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } finally {
    host.remove();
  }
}

async function runAll(): Promise<void> {
  const rows: Row[] = [];
  const steps = new Map<string, number>();
  for (const { entries, platform, share } of CASES) {
    const runs = Math.ceil(kills * share);
    const seen = await inFolder(platform, entries, runs);
    for (const [step, count] of seen.steps) steps.set(step, (steps.get(step) ?? 0) + count);
    rows.push({
      what: `${entries.toLocaleString('en')} entries, ${platform}`,
      values: [runs, seen.old, seen.new, seen.mixed].map(String),
      figure: seen.killed / runs,
      goal: 0.5,
      unit: 'of the runs were killed, no table was torn',
    });
  }
  report('kill -9 while refreshing', ['runs', 'old left', 'new left', 'one of each'], rows);
  const names = [...steps].map(([step, count]) => `${step} ${count}`);
  console.log(`killed while: ${names.join('; ')}`);
}

async function inFolder(
  platform: KillPlace['platform'],
  entries: number,
  runs: number,
): Promise<Kills> {
  const root = mkdtempSync(join(tmpdir(), 'bench-kill-'));
  const policies = [
    { block: randomPolicy(entries, 1), allow: table('203.0.113.1') },
    { block: randomPolicy(entries, 2), allow: table('203.0.113.2') },
  ] as const;
  try {
    return await killRefreshes({ root, platform }, policies, runs);
  } finally {
    rmSync(root, { recursive: true });
  }
}
