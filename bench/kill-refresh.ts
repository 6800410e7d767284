/** Kills 200 refreshes at random moments: each table is the old or the new one every time, and the next run is fine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../test/support/prefixes.ts';
import { killRefreshes } from '../test/support/kill-refresh.ts';
import { randomPolicy } from './support/random-policy.ts';
import { report } from './support/report.ts';

const KILLS = 200;
const ENTRIES = 100_000;

const root = mkdtempSync(join(tmpdir(), 'bench-kill-'));
try {
  const policies = [
    { block: randomPolicy(ENTRIES, 1), allow: table('203.0.113.1') },
    { block: randomPolicy(ENTRIES, 2), allow: table('203.0.113.2') },
  ] as const;
  const seen = await killRefreshes(root, policies, KILLS);
  report(
    'kill -9 while refreshing',
    ['runs', 'old policy left', 'new policy left'],
    [
      {
        what: '100,000 entries',
        values: [String(KILLS), String(seen.old), String(seen.new)],
        figure: seen.killed / KILLS,
        goal: 0.5,
        unit: 'of the runs were killed, no table was torn',
      },
    ],
  );
} finally {
  rmSync(root, { recursive: true });
}
