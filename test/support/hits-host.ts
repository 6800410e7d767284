/** The hits path of an agent in a folder: a real log, a real database, and an intake it reaches over HTTP. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ZoneOffset } from '../../src/core/log-time.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { openAgentDatabase } from '../../src/state/agent-database.ts';
import { collectHits } from '../../src/tasks/collect-hits.ts';
import { uploadHits } from '../../src/tasks/upload-hits.ts';
import { createHitUploader } from '../../src/upstream/log-upload.ts';
import { answer, startIntake, type Arrived, type Script } from './intake-script.ts';
import { TestClock } from './test-clock.ts';

/** An agent and its intake. `database`: the folder for the database, if not `folder`. */
export async function startHitsHost(folder: string, logPath: string, database = folder) {
  mkdirSync(database, { recursive: true });
  const file = join(database, 'agent.sqlite');
  const intake = await startIntake(null);
  const clock = new TestClock();
  const stored = new Map<string, Arrived>();
  const nothing = createLookup(EMPTY_TABLE);
  const policy = () => Promise.resolve({ block: nothing, allow: nothing });
  // No test waits for a database that stays busy.
  const openFile = () => openAgentDatabase(file, clock, { busyTimeoutMs: 200 });
  let open = openFile();
  const host = {
    file,
    clock,
    hits: createHitStore(open, { clock }),
    /** What the intake does with the next uploads; afterwards it stores and confirms. */
    scripts: [] as Script[],
    proxy: null as URL | null,
    zone: (() => 0) as ZoneOffset,
    restart(): void {
      host.close();
      host.open();
    },
    close: () => open.close(),
    open(): void {
      open = openFile();
      host.hits = createHitStore(open, { clock });
    },
    collect() {
      const source = openLog(logPath);
      const ports = { hits: host.hits, clock, source, policy, zone: host.zone };
      return collectHits(ports, { trackers: ['1770000101-1770000199'], log_scope: 'rules' });
    },
    upload() {
      const { url } = intake;
      const proxy = host.proxy === null ? {} : { proxy: host.proxy };
      const to = { url, deviceId: 'tdid_abcd1234', autoKey: '', trust: {}, clock };
      const uploader = createHitUploader({ ...to, timeoutMs: 1_000, ...proxy });
      return uploadHits({ hits: host.hits, uploader, random: () => 0 }, clock.now());
    },
    /** What the intake has of one kind, line by line, each batch once. */
    arrived(kind: 'hits' | 'gap'): string[] {
      const batches = [...stored.values()].filter(({ fields }) => fields['kind'] === kind);
      return batches.flatMap((one) => gunzipSync(one.file).toString().slice(0, -1).split('\n'));
    },
    keep: (batch: Arrived) => void stored.set(batch.fields['batch_id'] ?? '', batch),
    async stop(): Promise<void> {
      open.close();
      await intake.stop();
    },
  };
  intake.script = (response, arrived) => {
    const script = host.scripts.shift();
    if (script === undefined) {
      host.keep(arrived);
      answer(response, arrived);
    } else {
      script(response, arrived);
    }
  };
  return host;
}

/** An agent and its intake. */
export type HitsHost = Awaited<ReturnType<typeof startHitsHost>>;
