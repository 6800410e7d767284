/** What a device of the pictures has behind it: policies of several lists, some hours apart, and what was done when. */
import { join } from 'node:path';
import type { Run, TaskName } from '../src/core/ports.ts';
import { openAgentDatabase } from '../src/state/agent-database.ts';
import { createRunLog } from '../src/state/run-log.ts';
import { systemClock } from '../src/system/clock.ts';
import { table } from '../test/support/prefixes.ts';
import { tsadmin } from '../test/support/programs.ts';
import { seededPolicy, type SeededService } from '../test/support/seeded-service.ts';

const MINUTE_MS = 60_000;
/** When the policies were enforced, minutes ago, the newest first. */
const POLICY_AGES = [12, 197, 402, 751, 1_490];
const NEIGHBOURS = ['203.0.113.0/25', '198.51.100.24', '2001:db8:66::/48', '203.0.113.200/29'];

const crowd = (second: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${second}.${at >> 8}.${at & 255}.9`);

/** Refreshes it with one policy after the other, then says of all that it was done earlier. */
export async function giveHistory(root: string, { policies }: SeededService): Promise<void> {
  const lists = ['basic', 'botnets', 'scanners'].map((name) => `${name}.threatstop.local`);
  await run(
    root,
    'config',
    'set',
    `block_list=${lists.join(' ')}`,
    'allow_list=dns.threatstop.local',
  );
  await run(root, 'allow', '198.18.46.78', '--for=1d');
  for (const [at] of POLICY_AGES.slice(1).entries()) {
    policies.serve(
      seededPolicy(...crowd(45, 18_000 + 137 * at)),
      table('198.51.100.53', '203.0.113.53', '2001:db8:53::/48'),
      {
        'botnets.threatstop.local': table(...crowd(46, 1_900 - 41 * at)),
        'scanners.threatstop.local': table(
          ...crowd(47, 640 + 23 * at),
          ...NEIGHBOURS.slice(0, at + 1),
        ),
      },
    );
    await run(root, 'update');
  }
  rewrite(join(root, 'var/db/threatstop/agent.sqlite'));
}

async function run(root: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await tsadmin(root, ...args);
  if (code !== 0) throw new Error(`tsadmin ${args.join(' ')}: ${stderr}`);
}

function rewrite(file: string): void {
  const database = openAgentDatabase(file, systemClock);
  const now = systemClock.now();
  const age = database.prepare(
    `UPDATE policies SET taken_at = ?, record = json_set(record, '$.takenAt', ?) WHERE id = ?`,
  );
  const kept = database.prepare('SELECT id FROM policies ORDER BY id DESC').all() as {
    id: number;
  }[];
  for (const [at, { id }] of kept.entries()) {
    const time = now - (POLICY_AGES[at] ?? 1_490 + at) * MINUTE_MS;
    age.run(time, time, id);
  }
  database.exec('DELETE FROM runs');
  const log = createRunLog(database);
  for (const one of runsUntil(now)) log.record(one);
  database.close();
}

const DAYS_WORK: readonly (readonly [number, TaskName, string, Run['outcome'], string, number])[] =
  [
    [1_495, 'add', 'cli:ann', 'done', 'Set up device edge-fw-7.', 43],
    [1_490, 'update', 'cli:ann', 'done', 'New policy: block 514 (+514 −0), allow 0 (+0 −0).', 380],
    [1_489, 'enable', 'cli:ann', 'done', 'The policy is now enabled.', 33],
    [760, 'configure', 'page:ann@192.168.1.40', 'done', 'Changed block_list, allow_list.', 21],
    [
      751,
      'update',
      'schedule',
      'done',
      'New policy: block 21,068 (+20,547 −0), allow 3 (+3 −0).',
      412,
    ],
    [
      402,
      'update',
      'schedule',
      'done',
      'New policy: block 21,188 (+161 −41), allow 3 (+0 −0).',
      268,
    ],
    [212, 'logs', 'schedule', 'done', 'Sent 312 lines in 1 batch.', 188],
    [
      ...([207, 'update', 'schedule', 'failed'] as const),
      'Reading the policy (basic.threatstop.local) failed: 198.51.100.53 port 53: no answer in time.',
      10_004,
    ],
    [
      197,
      'update',
      'schedule',
      'done',
      'New policy: block 21,308 (+161 −41), allow 3 (+0 −0).',
      254,
    ],
    [196, 'logs', 'schedule', 'done', 'Sent 327 lines in 1 batch.', 171],
    [64, 'exempt', 'page:ann@192.168.1.40', 'done', '198.18.46.78 is allowed here for a day.', 111],
    [27, 'update', 'schedule', 'unchanged', 'The policy is up to date.', 38],
    [26, 'logs', 'schedule', 'done', 'Sent 298 lines in 1 batch.', 164],
    [
      12,
      'update',
      'schedule',
      'done',
      'New policy: block 21,428 (+161 −41), allow 3 (+0 −0).',
      261,
    ],
    [11, 'logs', 'schedule', 'done', 'Sent 301 lines in 1 batch.', 169],
  ];

function runsUntil(now: number): readonly Run[] {
  return DAYS_WORK.map(([ago, task, actor, outcome, message, durationMs]) => ({
    ...{ task, actor, outcome, message, durationMs, started: now - ago * MINUTE_MS },
  }));
}
