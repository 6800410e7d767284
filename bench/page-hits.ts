/**
 * What the page answers, from the request to the last byte of HTML, at 1,000,000 hits kept (HITS=5000000 for more; SEED_FILE:
 * a database that is there, and stays). Only the firewall is not real. CPU counts server and client together.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAgentDatabase } from '../src/state/agent-database.ts';
import { createHitStore } from '../src/state/hit-store.ts';
import { systemClock } from '../src/system/clock.ts';
import { createHitQuestions } from '../src/tasks/hit-questions.ts';
import { fakeStatus } from '../test/support/fake-agent.ts';
import { seedHits } from '../test/support/seed-hits.ts';
import { HTMX, logIn, startPage, type Visitor } from '../test/support/web-page.ts';
import { report, type Row } from './support/report.ts';

const HITS = Number(process.env['HITS'] ?? 1_000_000);
const ROUNDS = 100;
const GOAL_MS = 20;
const PATHS = [
  ...['/', '/status', '/overview/hits', '/widget', '/hits'],
  ...['/hits?address=198.18.46.78', '/hits?direction=out&protocol=udp', '/hits?verdict=allowed'],
];

/** Asked by htmx. */
const POLLED = new Set(['/status', '/overview/hits', '/widget']);

const folder = mkdtempSync(join(tmpdir(), 'bench-page-'));
const file = process.env['SEED_FILE'] ?? join(folder, 'agent.sqlite');
const made = existsSync(file);
const database = openAgentDatabase(file, systemClock);
if (!made) seedHits(database, { hits: HITS, now: systemClock.now(), days: 7 });
const store = createHitStore(database, { clock: systemClock, keptBytes: 1e13 });
const page = await startPage();
const newest = store.recent(1)[0];
page.clock.time = newest?.time ?? systemClock.now();
Object.assign(page.agent, createHitQuestions({ hits: store, clock: page.clock }), {
  status: () =>
    Promise.resolve(
      fakeStatus({ now: page.clock.now(), hits: store.counts(), gaps: store.gaps(10) }),
    ),
});

try {
  const visitor = await logIn(page);
  const rows: Row[] = [];
  for (const path of PATHS) rows.push(await rowOf(path, visitor));
  report(`${store.counts().collected} hits`, ['p50', 'p95', 'p95 CPU', 'size'], rows);
} finally {
  await page.close();
  database.close();
  rmSync(folder, { recursive: true });
}

async function rowOf(path: string, visitor: Visitor): Promise<Row> {
  const walls: number[] = [];
  const cpus: number[] = [];
  let size = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const answer = await visitor.get(path, POLLED.has(path) ? HTMX : {});
    size = (await answer.text()).length;
    if (!answer.ok) throw new Error(`${path}: status ${answer.status}`);
    const { user, system } = process.cpuUsage(cpu);
    walls.push(performance.now() - start);
    cpus.push((user + system) / 1000);
  }
  const at = (share: number, of: readonly number[]): number =>
    of.toSorted((a, b) => a - b)[Math.floor(share * (ROUNDS - 1))] ?? NaN;
  const p95 = at(0.95, walls);
  const texts = [at(0.5, walls), p95, at(0.95, cpus)].map((ms) => `${ms.toFixed(1)} ms`);
  return {
    what: path,
    values: [...texts, `${(size / 1000).toFixed(1)} kB`],
    figure: 1000 / p95,
    goal: 1000 / GOAL_MS,
    unit: '/s',
  };
}
