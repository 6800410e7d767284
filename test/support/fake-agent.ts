import { resolveSettings, type ResolvedSettings } from '../../src/config/settings.ts';
import type { Run, TaskName, StoredHit } from '../../src/core/ports.ts';
import type {
  Agent,
  CompareQuestion,
  KnownPolicy,
  LookupAnswer,
  PolicyComparison,
  Status,
} from '../../src/tasks/agent.ts';
import type { HitSummary } from '../../src/tasks/hit-questions.ts';

/** Noon of a day, UTC: the time of every fake. */
export const NOON = Date.UTC(2026, 10, 20, 12);

/** The key of the fake device: what must never be shown. */
export const FAKE_KEY = 'c2VjcmV0LXNlY3JldC1rZXk=';

const HASH = { block: 'b'.repeat(64), allow: 'a'.repeat(64) };

/** A run of a task, ten seconds ago. */
export function fakeRun(task: TaskName, change: Partial<Run> = {}): Run {
  return {
    task,
    actor: 'page:local@127.0.0.1',
    started: NOON - 10_000,
    durationMs: 1234,
    outcome: 'done',
    message: `${task} was done`,
    ...change,
  };
}

/** The status of a device that protects. */
export function fakeStatus(change: Partial<Status> = {}): Status {
  const tables = {
    block: { entries: 120_430, hash: HASH.block },
    allow: { entries: 12, hash: HASH.allow },
  };
  return {
    product: 'ts-pfsense',
    version: '3.00-01',
    platform: 'pfsense',
    dryRun: false,
    now: NOON,
    protection: {
      state: 'protected',
      sentence: 'The firewall holds the policy: 120,430 entries are blocked.',
      remedy: '',
    },
    awaited: null,
    problems: [],
    device: { id: 'tdid_abcd1234', nickname: 'edge-1', type: 'auto' },
    lists: {
      block: ['basic.threatstop.local', 'botnets.threatstop.local'],
      allow: ['dns.threatstop.local'],
    },
    policy: {
      version: 'threatstop.local=2026112001',
      takenAt: NOON - 3 * 3_600_000,
      blockLists: ['basic.threatstop.local', 'botnets.threatstop.local'],
      allowLists: ['dns.threatstop.local'],
      compiledWith: '',
      tables,
      listTables: { block: [], allow: [] },
      doubts: [],
      notes: ['2 entries of the block list were carved by the allow list'],
      guard: [],
      carved: [],
    },
    held: null,
    enforced: { tables, rulesInPlace: true, problems: [] },
    serviceRunning: true,
    refresh: { last: fakeRun('update'), next: NOON + 890_000 },
    upload: { last: fakeRun('logs', { started: NOON - 300_000 }), next: NOON + 600_000 },
    portal: { reachable: true, asked: NOON - 10_000, reason: '' },
    beacon: { reachable: null, asked: null, reason: '' },
    exemptionsTold: { reachable: null, asked: null, reason: '' },
    hits: {
      collected: 1_204_311,
      lastDay: 18_204,
      waiting: 37,
      oldestWaiting: NOON - 130_000,
      uploaded: 1_204_274,
      quarantined: 0,
      gaps: 0,
      unreadable: 0,
      dropped: 0,
    },
    logging: { scope: 'rules', maskLocal: false },
    exemptions: [],
    gaps: [],
    ...change,
  };
}

/** Three policies, a day between each; the oldest is not on disk any more. */
export function fakePolicies(): readonly KnownPolicy[] {
  const { policy } = fakeStatus();
  return [0, 1, 2].map((age) => ({
    policy: {
      ...policy!,
      version: `threatstop.local=202611200${3 - age}`,
      takenAt: NOON - age * 86_400_000,
    },
    onDisk: age < 2,
  }));
}

/** The status of a device that was never set up. */
export function newStatus(change: Partial<Status> = {}): Status {
  return fakeStatus({
    protection: {
      state: 'not-set-up',
      sentence: 'No device is set up here, so nothing is blocked.',
      remedy: 'Set the device up with its ID.',
    },
    device: null,
    lists: { block: [], allow: [] },
    policy: null,
    enforced: null,
    refresh: { last: null, next: null },
    upload: { last: null, next: null },
    portal: { reachable: null, asked: null, reason: '' },
    beacon: { reachable: null, asked: null, reason: '' },
    exemptionsTold: { reachable: null, asked: null, reason: '' },
    hits: {
      collected: 0,
      lastDay: 0,
      waiting: 0,
      oldestWaiting: null,
      uploaded: 0,
      quarantined: 0,
      gaps: 0,
      unreadable: 0,
      dropped: 0,
    },
    logging: { scope: 'rules', maskLocal: false },
    exemptions: [],
    gaps: [],
    ...change,
  });
}

/** One call of a fake. */
export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

const NO_TOPS = { address: [], port: [], inside: [] };

/** An agent that does nothing: it tells what it is set to and remembers what it was asked to do. */
export class FakeAgent implements Agent {
  shown: Status = fakeStatus();
  recorded: readonly Run[] = [fakeRun('update'), fakeRun('enable', { started: NOON - 60_000 })];
  answer: LookupAnswer = {
    query: '64.87.3.133',
    verdict: 'blocked',
    entries: [{ table: 'block', prefix: '64.87.3.0/24', lists: ['basic.threatstop.local'] }],
    lists: ['basic.threatstop.local'],
    enforced: true,
    since: null,
    blockedBefore: null,
    hits: null,
    guarded: [],
  };
  resolved: ResolvedSettings = resolveSettings(
    { type: 'auto', device_id: 'tdid_abcd1234', auto_key: FAKE_KEY, rule_log: 'yes' },
    { block_list: 'basic.threatstop.local', upload_interval: '600' },
  );
  known: readonly KnownPolicy[] = fakePolicies();
  comparison: PolicyComparison = {
    before: fakePolicies()[1]!.policy,
    after: fakePolicies()[0]!.policy,
    counts: { block: { added: 2, removed: 1 }, allow: { added: 0, removed: 0 } },
    found: 2,
    entries: ['203.0.113.0/24', '2001:db8::/32'],
  };
  nextRuns: number | null = null;
  step: ReturnType<Agent['progress']> = null;
  kept: readonly StoredHit[] = [];
  summary: HitSummary = { hourly: [], daily: [], tops: { day: NO_TOPS, week: NO_TOPS } };
  /** Thrown by every method that does something, and by `lookup`. */
  failure: Error | null = null;
  /** What every action waits for before it is done. */
  pause: Promise<void> = Promise.resolve();
  readonly calls: Call[] = [];

  async #do(method: TaskName, ...args: readonly unknown[]): Promise<Run> {
    this.calls.push({ method, args });
    await this.pause;
    if (this.failure !== null) throw this.failure;
    const run = fakeRun(method, { started: NOON + this.calls.length });
    this.recorded = [run, ...this.recorded];
    return run;
  }

  #protect(state: 'protected' | 'disabled', sentence: string): void {
    this.shown = { ...this.shown, protection: { state, sentence, remedy: '' } };
  }

  async add(...args: Parameters<Agent['add']>): ReturnType<Agent['add']> {
    const run = await this.#do('add', ...args);
    this.shown = fakeStatus();
    this.#protect('disabled', 'Set up, and not enabled yet.');
    return { run, update: null, notes: ['The list is not there yet.'] };
  }

  configure(...args: Parameters<Agent['configure']>): Promise<Run> {
    return this.#do('configure', ...args);
  }

  async update(...args: Parameters<Agent['update']>): ReturnType<Agent['update']> {
    const run = await this.#do('update', ...args);
    return { run, changes: null, problems: [], notes: ['3 entries were cut'] };
  }

  async enable(...args: Parameters<Agent['enable']>): Promise<Run> {
    const run = await this.#do('enable', ...args);
    this.#protect('protected', 'The firewall holds the policy.');
    return run;
  }

  async confirm(...args: Parameters<Agent['confirm']>): Promise<Run> {
    const run = await this.#do('confirm', ...args);
    this.shown = { ...this.shown, awaited: null };
    return run;
  }

  goBack(): Promise<null> {
    return Promise.resolve(null);
  }

  awaited(): Promise<Status['awaited']> {
    return Promise.resolve(this.shown.awaited);
  }

  async disable(...args: Parameters<Agent['disable']>): Promise<Run> {
    const run = await this.#do('disable', ...args);
    this.#protect('disabled', 'The administrator keeps it off.');
    return run;
  }

  raiseTableLimit(...args: Parameters<Agent['raiseTableLimit']>): Promise<Run> {
    return this.#do('configure', ...args);
  }

  async remove(...args: Parameters<Agent['remove']>): Promise<Run> {
    const run = await this.#do('remove', ...args);
    this.shown = newStatus();
    return run;
  }

  async logs(...args: Parameters<Agent['logs']>): ReturnType<Agent['logs']> {
    const run = await this.#do('logs', ...args);
    const message = 'Log file uploaded successfully for tdid_abcd1234';
    return { run, batches: 1, lines: 37, waiting: 0, message };
  }

  verify(...args: Parameters<Agent['verify']>): Promise<Run> {
    return this.#do('verify', ...args);
  }

  collect(...args: Parameters<Agent['collect']>): Promise<Run> {
    return this.#do('collect', ...args);
  }

  status(): Promise<Status> {
    return Promise.resolve(this.shown);
  }

  exemptionsTold(): ReturnType<Agent['exemptionsTold']> {
    return Promise.resolve(this.shown.exemptionsTold);
  }

  settings(): ReturnType<Agent['settings']> {
    return Promise.resolve(this.shown.device === null ? null : this.resolved);
  }

  lookup(query: string): Promise<LookupAnswer> {
    this.calls.push({ method: 'lookup', args: [query] });
    if (this.failure !== null) return Promise.reject(this.failure);
    return Promise.resolve(this.answer);
  }

  lookupHost(name: string): ReturnType<Agent['lookupHost']> {
    this.calls.push({ method: 'lookupHost', args: [name] });
    if (this.failure !== null) return Promise.reject(this.failure);
    const { query } = this.answer;
    return Promise.resolve({ name, addresses: [query], answers: [this.answer] });
  }

  diff(): ReturnType<Agent['diff']> {
    return Promise.resolve({ after: this.shown.policy, before: null, tables: [] });
  }

  policies(): ReturnType<Agent['policies']> {
    return Promise.resolve(this.known);
  }

  compare(question: CompareQuestion): ReturnType<Agent['compare']> {
    this.calls.push({ method: 'compare', args: [question] });
    if (this.failure !== null) return Promise.reject(this.failure);
    return Promise.resolve(this.comparison);
  }

  runs(...args: Parameters<Agent['runs']>): ReturnType<Agent['runs']> {
    this.calls.push({ method: 'runs', args });
    return Promise.resolve({ runs: this.recorded.slice(0, args[2]), next: this.nextRuns });
  }

  supportBundle(): Promise<string> {
    return Promise.resolve('{"format":"ts-support/1"}\n');
  }

  doctor(): ReturnType<Agent['doctor']> {
    return Promise.resolve([]);
  }

  activity(limit: number): Promise<readonly Run[]> {
    return Promise.resolve(this.recorded.slice(0, limit));
  }

  exempt(...args: Parameters<Agent['exempt']>): Promise<Run> {
    return this.#do('exempt', ...args);
  }

  revoke(...args: Parameters<Agent['revoke']>): Promise<Run> {
    return this.#do('exempt', ...args);
  }

  settleExemptions(): Promise<null> {
    return Promise.resolve(null);
  }

  exemptions(): ReturnType<Agent['exemptions']> {
    return Promise.resolve(this.shown.exemptions);
  }

  findHits(...args: Parameters<Agent['findHits']>): ReturnType<Agent['findHits']> {
    this.calls.push({ method: 'findHits', args });
    return Promise.resolve({ hits: this.kept, next: null, full: true });
  }

  hitById(id: number): ReturnType<Agent['hitById']> {
    return Promise.resolve(this.kept.find((hit) => hit.id === id) ?? null);
  }

  hitSummary(): ReturnType<Agent['hitSummary']> {
    return Promise.resolve(this.summary);
  }

  hits(): ReturnType<Agent['hits']> {
    return Promise.resolve([]);
  }

  progress(): ReturnType<Agent['progress']> {
    return this.step;
  }

  close(): void {
    this.calls.push({ method: 'close', args: [] });
  }
}
