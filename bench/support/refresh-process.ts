/**
 * The agent's policy path in a process that stays: fetch, compile, table file. Started with `fork`;
 * each message {@link RefreshOrder} is one refresh, answered by a {@link RefreshTimes}.
 */
import { compilePolicy } from '../../src/core/policy.ts';
import { sizeOf } from '../../src/core/prefix-list.ts';
import { stageTableFile } from '../../src/firewall/table-file.ts';
import { systemClock } from '../../src/system/clock.ts';
import { collectGarbage } from '../../src/system/collect-garbage.ts';
import { createPolicySource } from '../../src/upstream/policy-source.ts';
import { peakMb, watchStalls } from './process-figures.ts';

/** One refresh to do. */
export interface RefreshOrder {
  readonly port: number;
  readonly list: string;
  /** The table file. */
  readonly output: string;
  readonly known: string | null;
}

/** What it took, in milliseconds. */
export interface RefreshTimes {
  readonly version: string;
  readonly entries: number;
  readonly fetchMs: number;
  readonly totalMs: number;
  readonly cpuMs: number;
  /** The longest time in which the event loop did nothing else. */
  readonly stallMs: number;
  /** Peak memory of the process so far, MB. */
  readonly rssMb: number;
}

/** From this size on the service enforces a policy in a thread, and collects garbage there. */
const LARGE = 100_000;

process.on('message', (order: RefreshOrder) => {
  void refresh(order).then((times) => process.send?.(times));
});

async function refresh(order: RefreshOrder): Promise<RefreshTimes> {
  const { port, list, output, known } = order;
  const service = { servers: ['127.0.0.1'], port, tls: null, tsig: null, clock: systemClock };
  const stalls = watchStalls();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const fetched = await createPolicySource(service).fetch(
    { blockLists: [list], allowLists: [] },
    known,
  );
  const fetchMs = performance.now() - start;
  let entries = 0;
  if (fetched !== 'unchanged') {
    const { tables } = compilePolicy(fetched, { maxPolicySize: 0, compact: 'never', guard: [] });
    entries = sizeOf(tables.block);
    // As the service does it: it lets go of what the lists were read into.
    if (entries >= LARGE) collectGarbage();
    await (await stageTableFile(output, tables.block)).commit();
  }
  const totalMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const version = fetched === 'unchanged' ? fetched : fetched.version;
  const cpuMs = (user + system) / 1000;
  return { version, entries, fetchMs, totalMs, cpuMs, stallMs: stalls(), rssMb: peakMb() };
}
