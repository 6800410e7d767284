/**
 * A process of its own that collects and uploads once, and kills itself (SIGKILL) at the given event:
 * `node hits-child.ts <folder> <event>`. Events are the database's writes and both sides of an upload.
 * The intake is the folder `intake`, one file a batch: `<id>.<kind>.gz`. Prints its peak memory (MB) at the end.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HitUploader } from '../../src/core/ports.ts';
import { createLookup } from '../../src/core/prefix-lookup.ts';
import { EMPTY_TABLE } from '../../src/core/prefix-list.ts';
import { openLog } from '../../src/logs/open-log.ts';
import { createHitStore } from '../../src/state/hit-store.ts';
import { migrations } from '../../src/state/migrations.ts';
import { systemClock } from '../../src/system/clock.ts';
import { openDatabase, type Database } from '../../src/system/sqlite.ts';
import { collectHits } from '../../src/tasks/collect-hits.ts';
import { uploadHits } from '../../src/tasks/upload-hits.ts';

const [, , folder = '', event = '0'] = process.argv;
let left = Number(event);

function happens(): void {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

function killing(database: Database): Database {
  return {
    ...database,
    prepare: (sql) => {
      const statement = database.prepare(sql);
      const run: typeof statement.run = (...values) => {
        const result = statement.run(...values);
        happens();
        return result;
      };
      return { ...statement, run };
    },
  };
}

const uploader: HitUploader = {
  upload: (batch) => {
    happens();
    const path = join(folder, 'intake', `${batch.id}.${batch.kind}`);
    writeFileSync(`${path}.part`, batch.body);
    renameSync(`${path}.part`, `${path}.gz`);
    happens();
    return Promise.resolve({ kind: 'accepted', message: 'stored' });
  },
};

const database = openDatabase(join(folder, 'agent.sqlite'), migrations);
const hits = createHitStore(killing(database), { clock: systemClock });
const nothing = createLookup(EMPTY_TABLE);
await collectHits(
  {
    hits,
    clock: systemClock,
    source: openLog(join(folder, 'filter.log')),
    policy: () => Promise.resolve({ block: nothing, allow: nothing }),
    zone: () => 0,
  },
  { trackers: ['1770000101-1770000199'], log_scope: 'rules' },
);
await uploadHits({ hits, uploader, random: () => 0 }, systemClock.now());
database.close();
console.log(Math.round(process.resourceUsage().maxRSS / 1024));
