/** A pfSense for tests: pf, sysctl, and the verbs of the package's PHP, on a folder with its files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../src/core/errors.ts';
import { createPfsenseCommand, type AskPfsense } from '../../src/system/pfsense-command.ts';
import type { CommandOutput, RunCommand } from '../../src/system/run-command.ts';
import { TestClock } from './test-clock.ts';
import { freshPf, runPfctl, type PfState } from './fake-pfctl.ts';

/** What its config.xml holds of ours, and what is done to it. */
interface Config {
  settings: Record<string, string> | null;
  aliases: boolean;
  trackers: number[];
  /** Whether an administrator changed a rule of ours. */
  edited?: boolean;
}

/** What a verb may be given. */
interface VerbInput {
  readonly settings?: Record<string, string>;
  readonly entries?: number;
  readonly rule_settings?: { readonly allow_action?: string };
}

/** A pfSense. */
export interface FakePfsense {
  readonly run: RunCommand;
  readonly ask: AskPfsense;
  readonly pf: PfState;
  readonly clock: TestClock;
  /** Commands that were run, in order. */
  readonly ran: string[];
  readonly tables: string;
  readonly configFile: string;
  /** The setting that the driver reads; a test changes it. */
  allowAction: string;
  readonly readAllowAction: () => Promise<string>;
  /** Verbs asked for, in order. */
  readonly asked: string[];
  /** Answers the next verb in its stead. */
  refuseNext: { readonly message: string; readonly remedy: string } | null;
  /** An administrator changes a rule of ours at Firewall > Rules. */
  editRule(): void;
  /** All that pf, config.xml and the table files hold. */
  state(): string;
}

const TRACKERS = [1_770_000_101, 1_770_000_102];

/** @param folder an empty folder; `conf/config.xml` and the table files are put below it */
export function createFakePfsense(folder: string): FakePfsense {
  const tables = join(folder, 'aliastables');
  const configFile = join(folder, 'config.xml');
  const fake = { pf: freshPf(), tables, configFile, asked: [] as string[], ran: [] as string[] };
  let config: Config = { settings: null, aliases: false, trackers: [] };
  let writes = 0;
  const save = (changed: Config): void => {
    if (JSON.stringify(changed) === JSON.stringify(config) && existsSync(configFile)) return;
    config = changed;
    writes += 1;
    writeFileSync(configFile, JSON.stringify({ ...config, writes }));
  };
  save(config);
  mkdirSync(tables);

  const load = (trackers: number[]): void => {
    fake.pf.rules = ['block drop in log inet all ridentifier 1000000103', ...trackers.map(ruleOf)];
  };
  load([]);

  const verbs: Record<string, (input: VerbInput) => object> = {
    'read-settings': () => ({ settings: config.settings }),
    'write-settings': ({ settings }) =>
      done({ ...config, settings: settings ?? null, aliases: true }),
    'clear-settings': () => done({ ...config, settings: null }),
    'prepare-tables': () => {
      for (const name of ['ThreatSTOP_block', 'ThreatSTOP_allow']) {
        const file = join(tables, `${name}.txt`);
        if (!existsSync(file)) writeFileSync(file, '# no entries\n');
      }
      return { ...done({ ...config, aliases: true }), ram_disk: false };
    },
    enable: ({ rule_settings: decided }) => {
      const passes = decided?.allow_action === 'pass';
      const trackers = passes ? [...TRACKERS, TRACKERS[0]! + 2] : TRACKERS;
      return done({ ...config, aliases: true, trackers, edited: false });
    },
    disable: () => done({ ...config, trackers: [] }),
    remove: () => done({ settings: null, aliases: false, trackers: [] }),
    'set-table-limit': ({ entries = 0 }) => {
      fake.pf.tableEntries = Math.max(fake.pf.tableEntries, entries);
      fake.pf.requestMaxCount = Math.max(fake.pf.requestMaxCount, entries);
      return { changed: true };
    },
    state: () => ({
      trackers: config.trackers,
      aliases: config.aliases,
      enabled: config.trackers.length > 0,
      as_wanted: !config.edited,
    }),
  };
  function done(changed: Config): object {
    save(changed);
    load(changed.trackers);
    return {};
  }

  const run: RunCommand = (argv, options = {}) => {
    fake.ran.push(argv.join(' '));
    const output = runProgram(argv, String(options.input ?? ''));
    if ((options.acceptExitCodes ?? [0]).includes(output.exitCode)) return Promise.resolve(output);
    return Promise.reject(new HostError(`running ${argv.join(' ')}: ${output.stderr}`));
  };
  function runProgram(argv: readonly string[], input: string): CommandOutput {
    const [program, ...args] = argv;
    if (program === '/sbin/pfctl') return runPfctl(fake.pf, args);
    if (program === '/sbin/sysctl') return printed(`${fake.pf.requestMaxCount}\n`);
    if (program !== '/usr/local/bin/php')
      throw new Error(`no such program in test: ${argv.join(' ')}`);
    return answer(args.at(-1) ?? '', JSON.parse(input) as VerbInput);
  }
  function answer(verb: string, input: VerbInput): CommandOutput {
    fake.asked.push(verb);
    const refusal = pfsense.refuseNext;
    pfsense.refuseNext = null;
    if (refusal !== null) return printed(JSON.stringify({ ok: false, ...refusal }), 1);
    const work = verbs[verb];
    if (work === undefined) throw new Error(`no such verb in test: ${verb}`);
    return printed(JSON.stringify({ ok: true, result: work(input) }));
  }

  const pfsense: FakePfsense = {
    ...fake,
    clock: new TestClock(),
    run,
    ask: createPfsenseCommand(run),
    refuseNext: null,
    allowAction: 'exempt',
    readAllowAction: () => Promise.resolve(pfsense.allowAction),
    editRule: () => save({ ...config, edited: true }),
    state() {
      const files = readdirSync(tables).map((name) => [
        name,
        readFileSync(join(tables, name), 'utf8'),
      ]);
      return JSON.stringify({ pf: fake.pf, config, files }, null, 1);
    },
  };
  return pfsense;
}

function ruleOf(tracker: number): string {
  return `block drop in log quick on em0 inet from <ThreatSTOP_block> to any label "USER_RULE: ThreatSTOP_incoming_wan" ridentifier ${tracker}`;
}

function printed(stdout: string, exitCode = 0): CommandOutput {
  return { stdout, stderr: '', exitCode };
}
