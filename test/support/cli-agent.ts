/** An agent for tests of `tsadmin`: answers what the test says and remembers what it was asked. */
import { resolveSettings } from '../../src/config/settings.ts';
import type { PolicyRecord, RawSettings, Run, TaskName } from '../../src/core/ports.ts';
import type { Agent, PolicyDiff, Status, UpdateResult } from '../../src/tasks/agent.ts';

/** 2026-11-20 20:00:00 UTC. */
export const NOW = Date.UTC(2026, 10, 20, 20, 0, 0);

/** One call of a method: its name and arguments. */
export type Call = readonly [string, ...unknown[]];

/** The fake and what was asked of it. */
export interface CliAgent {
  readonly agent: Agent;
  readonly calls: Call[];
  /** How often it was closed. */
  closed: number;
}

/** A run of a task that took 1.5 s and ended at {@link NOW}. */
export function runOf(task: TaskName, message: string, outcome: Run['outcome'] = 'done'): Run {
  return { task, actor: 'cli:ann', started: NOW - 1500, durationMs: 1500, outcome, message };
}

export const policyRecord: PolicyRecord = {
  version: 'threatstop.local=2026112001',
  takenAt: NOW - 60_000,
  blockLists: ['basic.threatstop.local'],
  allowLists: ['dns.threatstop.local'],
  compiledWith: '{}',
  tables: {
    block: { entries: 26_424, hash: 'b'.repeat(64) },
    allow: { entries: 3, hash: 'a'.repeat(64) },
  },
  listTables: { block: [], allow: [] },
  doubts: [],
  notes: [],
  guard: [],
  carved: [],
};

export const updateResult: UpdateResult = {
  run: runOf('update', 'Policy threatstop.local=2026112001 is enforced.'),
  changes: [
    { table: 'block', before: 26_000, after: 26_424, added: 500, removed: 76 },
    { table: 'allow', before: null, after: 3, added: 3, removed: 0 },
  ],
  problems: [],
  notes: [],
};

export const policyDiff: PolicyDiff = {
  after: policyRecord,
  before: { ...policyRecord, version: 'threatstop.local=2026111901', takenAt: NOW - 3_660_000 },
  tables: [
    {
      table: 'block',
      added: { count: 3, entries: ['198.51.100.0/24', '203.0.113.9'] },
      removed: { count: 1, entries: ['203.0.113.8'] },
    },
    { table: 'allow', added: { count: 0, entries: [] }, removed: { count: 0, entries: [] } },
  ],
};

export const protectedStatus: Status = {
  product: 'ts-pfsense',
  version: '3.00-01',
  platform: 'dry-run',
  dryRun: true,
  now: NOW,
  protection: {
    state: 'protected',
    sentence: 'Protected: 26424 blocked entries are enforced (dry run, the kernel is not touched).',
    remedy: '',
  },
  awaited: null,
  problems: [],
  device: { id: 'tdid_abcd1234', nickname: 'edge', type: 'manual' },
  lists: { block: ['basic.threatstop.local'], allow: ['dns.threatstop.local'] },
  policy: policyRecord,
  held: null,
  enforced: { tables: policyRecord.tables, rulesInPlace: true, problems: [] },
  serviceRunning: true,
  refresh: { last: runOf('update', 'The policy is unchanged.', 'unchanged'), next: NOW + 600_000 },
  upload: { last: null, next: null },
  portal: { reachable: false, asked: NOW - 5000, reason: 'connection refused' },
  beacon: { reachable: null, asked: null, reason: '' },
  exemptionsTold: { reachable: null, asked: null, reason: '' },
  hits: {
    collected: 120,
    lastDay: 12,
    waiting: 7,
    oldestWaiting: NOW - 130_000,
    uploaded: 113,
    quarantined: 0,
    gaps: 1,
    unreadable: 0,
    dropped: 0,
  },
  logging: { scope: 'rules', maskLocal: false },
  exemptions: [],
  gaps: [],
};

/** Local settings of a device that is set up by hand. */
export const localSettings: RawSettings = {
  device_id: 'tdid_abcd1234',
  auto_key: 'c2VjcmV0LXNlY3JldC1rZXk=',
  block_list: 'basic.threatstop.local',
  port: '5353',
};

/** An agent of a device that is set up; `overrides` replaces methods. */
export function cliAgent(overrides: Partial<Agent> = {}): CliAgent {
  const calls: Call[] = [];
  const fake: CliAgent = { agent: recorded(defaultAgent(), overrides, calls), calls, closed: 0 };
  fake.agent.close = () => {
    fake.closed++;
  };
  return fake;
}

function defaultAgent(): Agent {
  const done = (task: TaskName, message: string) => () => Promise.resolve(runOf(task, message));
  return {
    add: () =>
      Promise.resolve({
        run: runOf('add', 'The device is set up.'),
        update: updateResult,
        notes: [],
      }),
    configure: done('configure', 'Settings stored.'),
    update: () => Promise.resolve(updateResult),
    enable: done('enable', 'The policy is enforced.'),
    confirm: done('confirm', 'The policy stays enabled.'),
    goBack: () => Promise.resolve(null),
    awaited: () => Promise.resolve(null),
    disable: done('disable', 'The rules are out.'),
    raiseTableLimit: done('configure', 'Raised the limit of table entries from 5 to 400000.'),
    remove: done('remove', 'ThreatSTOP was removed.'),
    logs: () =>
      Promise.resolve({
        run: runOf('logs', '7 lines sent.'),
        batches: 1,
        lines: 7,
        waiting: 0,
        message: 'Log file uploaded successfully for tdid_abcd1234',
      }),
    exempt: done('exempt', '198.51.100.7 is allowed here for good.'),
    revoke: done('exempt', '198.51.100.7 is no longer allowed here.'),
    settleExemptions: () => Promise.resolve(null),
    exemptions: () => Promise.resolve([]),
    findHits: () => Promise.resolve({ hits: [], next: null, full: true }),
    hitById: () => Promise.resolve(null),
    hitSummary: () => Promise.reject(new Error('the fake has no hits')),
    verify: done('verify', 'Enforced as wanted.'),
    collect: done('collect', 'No new lines.'),
    exemptionsTold: () => Promise.resolve(protectedStatus.exemptionsTold),
    status: () => Promise.resolve(protectedStatus),
    settings: () => Promise.resolve(resolveSettings(localSettings, { maxpolicysize: '1000' })),
    lookup: (query) =>
      Promise.resolve({
        query,
        verdict: 'blocked',
        entries: [{ table: 'block', prefix: query, lists: ['basic.threatstop.local'] }],
        lists: ['basic.threatstop.local'],
        enforced: true,
        since: null,
        blockedBefore: null,
        hits: null,
        guarded: [],
      }),
    lookupHost: () => Promise.reject(new Error('the fake knows no host names')),
    diff: () => Promise.resolve(policyDiff),
    policies: () => Promise.resolve([{ policy: policyRecord, onDisk: true }]),
    compare: () => Promise.reject(new Error('not used by tsadmin')),
    runs: () => Promise.resolve({ runs: [], next: null }),
    supportBundle: () => Promise.resolve('{"format":"ts-support/1"}\n'),
    doctor: () => Promise.resolve([{ name: 'Node', state: 'ok', message: 'v24.1.0', remedy: '' }]),
    activity: () => Promise.resolve([]),
    hits: () => Promise.resolve([]),
    progress: () => null,
    close: () => undefined,
  };
}

/** The methods of both, each call noted first. */
function recorded(base: Agent, overrides: Partial<Agent>, calls: Call[]): Agent {
  const methods = Object.entries({ ...base, ...overrides }) as [
    string,
    (...args: unknown[]) => unknown,
  ][];
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...args: unknown[]) => {
        calls.push([name, ...args]);
        return method(...args);
      },
    ]),
  ) as unknown as Agent;
}
