/** The built service as a dry run, over a real database full of hits, with a policy service of its own. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hit } from '../../src/core/ports.ts';
import { openAgentDatabase } from '../../src/state/agent-database.ts';
import { systemClock } from '../../src/system/clock.ts';
import { HOSTILE } from './hostile.ts';
import { freePort } from './free-port.ts';
import { BLOCK_LIST, startPolicyServer, type PolicyServer } from './policy-server.ts';
import { table } from './prefixes.ts';
import { printed, spawnProgram, tsadmin, tsadminJson } from './programs.ts';
import { seedHits, upload } from './seed-hits.ts';

/** A running one. */
export interface SeededService {
  readonly origin: string;
  readonly policies: PolicyServer;
  /** A new login link. */
  link(): Promise<string>;
  stop(): Promise<void>;
}

/** Every /24 that {@link seedHits} takes remote addresses from. */
const SEEDED_BLOCKS = [18, 19].flatMap((second) =>
  Array.from({ length: 256 }, (_, third) => `198.${second}.${third}.0/24`),
);

/** The policy it starts with; `more` makes another one. */
export function seededPolicy(...more: readonly string[]) {
  return table(...SEEDED_BLOCKS, '64.87.3.133', '2001:db8::/64', ...more);
}

/**
 * @param root where it keeps all it has
 * @param hits how many are in its database; `hostile`: every text of the last one is
 */
export async function startSeededService(
  root: string,
  hits: number,
  { hostile = false, serial = 0 }: { readonly hostile?: boolean; readonly serial?: number } = {},
): Promise<SeededService> {
  const policies = await startPolicyServer(serial);
  policies.serve(seededPolicy());
  for (const path of ['var/db/threatstop', 'var/log'])
    mkdirSync(join(root, path), { recursive: true });
  seed(root, hits, hostile);
  await setUp(root, policies.port, await freePort());
  const environment = { TS_ROOT: root, TS_PLATFORM: 'dry-run' };
  const child = spawnProgram('ts-service', [], environment);
  await printed(child, /the page is on/, 'stderr');
  const { address: origin } = (await tsadminJson(root, 'ui')) as { address: string };
  return {
    origin,
    policies,
    link: async () => ((await tsadminJson(root, 'ui')) as { link: string }).link,
    async stop() {
      if (child.exitCode === null && child.kill()) await once(child, 'exit');
      await policies.stop();
    },
  };
}

async function setUp(root: string, policyPort: number, pagePort: number): Promise<void> {
  const { code, stderr } = await tsadmin(
    root,
    ...['add', '--silent', '--skip_checkvalidip', '--device_id=edge-fw-7', '--nickname=branch'],
    ...[`--block_list=${BLOCK_LIST}`, '--dns_server=127.0.0.1', `--port=${policyPort}`],
    ...['--hits_kept=10000', `--ui_address=127.0.0.1:${pagePort}`],
  );
  if (code !== 0) throw new Error(`tsadmin add: ${stderr}`);
  await tsadmin(root, 'enable');
}

function seed(root: string, hits: number, hostile: boolean): void {
  const database = openAgentDatabase(join(root, 'var/db/threatstop/agent.sqlite'), systemClock);
  const now = systemClock.now();
  const store = seedHits(database, { hits, now: now - 60_000, days: 7 });
  if (hostile) store.append('seed', [hostileHit(now - 30_000)], 'end');
  upload(store);
  database.close();
}

function hostileHit(time: number): Hit {
  return {
    ...{ time, direction: 'in', interface: HOSTILE, action: 'block', protocol: HOSTILE },
    ...{ source: '198.18.0.66', sourcePort: 4711, destination: '203.0.113.7' },
    ...{ destinationPort: 443, tracker: 1770000101, entry: HOSTILE },
    line: Buffer.from(HOSTILE),
  };
}
