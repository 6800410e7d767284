/**
 * Reads a policy once, by queries or by zone transfer. Started with `fork`; each message {@link FetchOrder} is answered
 * by a {@link FetchTimes}.
 */
import { sizeOf } from '../../src/core/prefix-list.ts';
import type { PolicySource } from '../../src/core/ports.ts';
import { createZoneCopies } from '../../src/state/zone-copies.ts';
import { systemClock } from '../../src/system/clock.ts';
import { createPolicySource } from '../../src/upstream/policy-source.ts';
import { createTransferSource } from '../../src/upstream/policy-transfer.ts';
import { TEST_KEY } from '../../test/support/named.ts';
import { peakMb, watchTurns } from './process-figures.ts';

/** One policy to read. */
export interface FetchOrder {
  readonly port: number;
  readonly list: string;
  readonly known: string | null;
  /** Where the copies of zones are; null: by queries. */
  readonly copies: string | null;
}

/** What it took, in milliseconds. */
export interface FetchTimes {
  readonly version: string;
  readonly entries: number;
  readonly ms: number;
  readonly cpuMs: number;
  /** The longest time in which the event loop did nothing else. */
  readonly stallMs: number;
  /** The same without the time that other programs took. */
  readonly busyMs: number;
  /** Peak memory of the process so far, MB. */
  readonly rssMb: number;
}

process.on('message', (order: FetchOrder) => {
  void fetch(order).then((times) => process.send?.(times));
});

async function fetch({ port, list, known, copies }: FetchOrder): Promise<FetchTimes> {
  const source = sourceOf(port, copies);
  const turns = watchTurns();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const fetched = await source.fetch({ blockLists: [list], allowLists: [] }, known);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const { stallMs, busyMs } = turns();
  if (fetched === 'unchanged') throw new Error('It is unchanged.');
  const entries = fetched.block.reduce((sum, { include }) => sum + sizeOf(include), 0);
  const cpuMs = (user + system) / 1000;
  return { version: fetched.version, entries, ms, cpuMs, stallMs, busyMs, rssMb: peakMb() };
}

function sourceOf(port: number, copies: string | null): PolicySource {
  const service = { servers: ['127.0.0.1'], port, tls: null, tsig: TEST_KEY, clock: systemClock };
  return copies === null
    ? createPolicySource(service)
    : createTransferSource({ ...service, copies: createZoneCopies(copies) });
}
