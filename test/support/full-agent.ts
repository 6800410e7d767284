/** An agent whose every text is as long, and whose every list as full, as it can get: for what bounds the size of a page. */
import type { HitSummary } from '../../src/tasks/hit-questions.ts';
import type { StoredHit } from '../../src/core/ports.ts';
import { FakeAgent, NOON, fakeRun, fakeStatus } from './fake-agent.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MUCH = 999_999_999;
const LONG = 'x'.repeat(5000);
const NAMES = Array.from(
  { length: 500 },
  (_, index) => `${'x'.repeat(200)}${index}.threatstop.local`,
);
const WAYS = (['in', 'out'] as const).flatMap((direction) =>
  (['block', 'pass'] as const).map((action) => ({ direction, action })),
);

/** The longest text that a log can have for an address; each another one. */
const address = (index: number): string =>
  `2001:db8:1111:2222:3333:4444:5555:6666:77${100 + index}`;

/** Makes such an agent. */
export function fullAgent(): FakeAgent {
  const agent = new FakeAgent();
  agent.shown = fullStatus();
  agent.recorded = Array.from({ length: 100 }, () =>
    fakeRun('update', { outcome: 'failed', message: LONG, actor: LONG, durationMs: MUCH }),
  );
  agent.summary = fullSummary();
  agent.kept = Array.from({ length: 25 }, (_, index) => fullHit(MUCH - index));
  agent.step = { task: 'update', step: LONG, done: MUCH, total: MUCH, started: NOON };
  return agent;
}

function fullStatus() {
  const { policy, hits } = fakeStatus();
  const problem = { severity: 'error', message: LONG, remedy: LONG } as const;
  const change = { before: MUCH, after: MUCH, added: MUCH, removed: MUCH };
  const version = NAMES.join(' ');
  const tables = {
    block: { entries: MUCH, hash: 'b' },
    allow: { entries: MUCH, hash: 'a' },
  };
  return fakeStatus({
    protection: { state: 'not-protecting', sentence: LONG, remedy: LONG },
    awaited: { since: NOON, until: NOON + 60_000, actor: LONG },
    problems: ['policy-held', 'table-limit', ...NAMES].map((code) => ({ ...problem, code })),
    device: { id: 'd'.repeat(255), nickname: LONG, type: 'auto' },
    lists: { block: NAMES, allow: NAMES },
    policy: { ...policy!, version, notes: NAMES },
    held: {
      version,
      reasons: [],
      changes: (['block', 'allow'] as const).map((table) => ({ table, ...change })),
    },
    enforced: {
      ...{ tables, rulesInPlace: false, problems: [] },
      capacity: { ours: MUCH, others: MUCH, limit: MUCH, needed: MUCH },
    },
    refresh: { last: fakeRun('update', { outcome: 'failed', message: LONG }), next: NOON },
    upload: { last: fakeRun('logs', { outcome: 'failed', message: LONG }), next: NOON },
    portal: { reachable: false, asked: NOON, reason: LONG },
    hits: { ...hits, quarantined: MUCH, gaps: MUCH, unreadable: MUCH, dropped: MUCH },
    gaps: NAMES.map((source) => ({
      ...{ source, from: 0, to: NOON, bytes: MUCH, lines: null, reason: LONG },
    })),
  });
}

function fullSummary(): HitSummary {
  const hits = (at: number): number => MUCH - at * 12_345_678;
  const names = (nameOf: (index: number) => string) => [
    ...[0, 1, 2, 3].map((index) => ({ name: nameOf(index), hits: hits(index) })),
    { name: '', hits: MUCH },
  ];
  const tops = {
    address: names(address),
    inside: names(address),
    port: names((index) => `6553${index}/sctp`),
  };
  return {
    hourly: WAYS.flatMap((way) =>
      Array.from({ length: 24 }, (_, at) => ({
        ...way,
        hour: NOON - at * HOUR_MS,
        hits: hits(at),
      })),
    ),
    daily: WAYS.flatMap((way) =>
      Array.from({ length: 7 }, (_, at) => ({
        ...{ ...way, day: NOON - (NOON % DAY_MS) - at * DAY_MS, hits: hits(at) },
      })),
    ),
    tops: { day: tops, week: tops },
  };
}

function fullHit(id: number): StoredHit {
  return {
    ...{ id, time: NOON - 3_599_000, direction: 'out', interface: 'x'.repeat(64), action: LONG },
    ...{ protocol: LONG, source: address(1), sourcePort: 65_535 },
    ...{ destination: address(2), destinationPort: 65_535, tracker: MUCH },
    entry: 'fe80:1111:2222:3333:4444:5555:6666:7777/127',
    line: Buffer.from(LONG),
  };
}
