/**
 * What the page asks the hits, at 1,000,000 hits kept (HITS=5000000 for more; SEED_FILE: a database that is there, and
 * stays). The figure is how often a second the slowest of twenty could be asked.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HitCursor, HitFilter } from '../src/core/ports.ts';
import { parsePrefix } from '../src/core/prefix-text.ts';
import { openAgentDatabase } from '../src/state/agent-database.ts';
import { createHitStore } from '../src/state/hit-store.ts';
import { systemClock } from '../src/system/clock.ts';
import { seedHits } from '../test/support/seed-hits.ts';
import { report, type Row } from './support/report.ts';

const HITS = Number(process.env['HITS'] ?? 1_000_000);
const ROUNDS = 60;
const PAGE = 50;
const DAY_MS = 86_400_000;
/** Asked by each poll of the page. */
const POLL_GOAL_MS = 20;
/** One page of hits. */
const PAGE_GOAL_MS = 50;

const folder = mkdtempSync(join(tmpdir(), 'bench-hits-'));
const file = process.env['SEED_FILE'] ?? join(folder, 'agent.sqlite');
const made = existsSync(file);
const database = openAgentDatabase(file, systemClock);
if (!made) seedHits(database, { hits: HITS, now: systemClock.now(), days: 7 });
const store = createHitStore(database, { clock: systemClock, keptBytes: 1e13 });
const now = store.recent(1)[0]?.time ?? systemClock.now();

const filters: Readonly<Record<string, HitFilter>> = {
  'all hits': {},
  'one address': { address: parsePrefix('198.18.46.78') },
  'an inside host': { address: parsePrefix('192.168.1.23') },
  'a rare prefix': { address: parsePrefix('198.18.200.0/24') },
  'a common prefix': { address: parsePrefix('198.18.0.0/15') },
  'a port': { port: 6379 },
  'a port nobody asks for': { port: 9 },
  'direction and protocol': { direction: 'out', protocol: 'udp' },
  'what passed': { blocked: false },
  'what passed, out, a port': { blocked: false, direction: 'out', port: 6379 },
  'an interface that is not there': { interface: 'em9' },
  'three days ago, out, 443': {
    ...{ direction: 'out', port: 443 },
    ...{ from: now - 4 * DAY_MS, to: now - 3 * DAY_MS },
  },
};

try {
  const rows = [
    row('charts and tops', POLL_GOAL_MS, () => {
      store.counts();
      store.hourly(now - DAY_MS);
      store.daily(now - 7 * DAY_MS);
      for (const kind of ['address', 'port', 'inside'] as const) {
        for (const span of ['day', 'week'] as const) store.top(kind, span, 5);
      }
    }),
    row('an address in short', POLL_GOAL_MS, () => void store.ofAddress('198.18.158.59')),
    ...Object.entries(filters).map(([name, filter]) => {
      let after: HitCursor | null = null;
      return row(`page: ${name}`, PAGE_GOAL_MS, () => {
        after = store.find(filter, after, PAGE).next;
      });
    }),
  ];
  report(`${store.counts().collected} hits`, ['p50', 'p95', 'max', 'p95 CPU'], rows);
} finally {
  database.close();
  rmSync(folder, { recursive: true });
}

function row(what: string, goalMs: number, ask: () => void): Row {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    ask();
    const { user, system } = process.cpuUsage(cpu);
    return { wall: performance.now() - start, cpu: (user + system) / 1000 };
  });
  const at = (share: number, of: 'wall' | 'cpu'): number =>
    rounds.map((round) => round[of]).sort((a, b) => a - b)[Math.floor(share * (ROUNDS - 1))] ?? NaN;
  const text = (time: number): string => `${time.toFixed(1)} ms`;
  return {
    what,
    values: [at(0.5, 'wall'), at(0.95, 'wall'), at(1, 'wall'), at(0.95, 'cpu')].map(text),
    figure: 1000 / at(0.95, 'wall'),
    goal: 1000 / goalMs,
    unit: '/s',
  };
}
