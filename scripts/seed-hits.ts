/**
 * Fills the database of an agent with hits, for trying the page out on a large one:
 * `node scripts/seed-hits.ts ROOT HITS [DAYS]` writes below ROOT, as `make run` does below .run (stop it first).
 */
import { join } from 'node:path';
import { openAgentDatabase } from '../src/state/agent-database.ts';
import { systemClock } from '../src/system/clock.ts';
import { seedHits } from '../test/support/seed-hits.ts';

const [root = '.run', hits = '1000000', days = '7'] = process.argv.slice(2);
const started = performance.now();
const database = openAgentDatabase(join(root, 'var/db/threatstop/agent.sqlite'), systemClock);
seedHits(database, {
  hits: Number(hits),
  now: systemClock.now(),
  days: Number(days),
  progress: (done) => process.stderr.write(`\r${done} hits`),
});
database.close();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `\n${hits} hits in ${seconds.toFixed(0)} s. Keep them: tsadmin --root ${root} config set hits_kept=10000\n`,
);
