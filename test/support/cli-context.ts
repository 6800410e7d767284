/** Runs `tsadmin` inside a test: scripted input, caught output, a clock that stands still. */
import { PassThrough } from 'node:stream';
import type { AgentLocation, CliContext } from '../../src/cli/context.ts';
import { runTsadmin } from '../../src/cli/run.ts';
import type { Agent } from '../../src/tasks/agent.ts';
import { cliAgent, NOW, type Call } from './cli-agent.ts';

/** What a run of `tsadmin` starts from; everything has a default. */
export interface CliScene {
  /** Methods of the agent that answer otherwise than {@link cliAgent}. */
  readonly agent?: Partial<Agent>;
  /** Lines typed. With it standard input and output are a terminal. */
  readonly typed?: readonly string[];
  /** What is typed where nobody sees it. */
  readonly secret?: string;
  /** The input does not end behind the lines typed. */
  readonly stayOpen?: true;
  /** Text piped into standard input. Without it the pipe stays open and silent. */
  readonly piped?: string;
  readonly terminal?: Partial<CliContext['isTerminal']>;
  /** Aborted when the process gets a signal. */
  readonly stop?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** What it did. */
export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly Call[];
  /** Where the agent was opened, once for each time. */
  readonly opened: readonly AgentLocation[];
  readonly closed: number;
  /** Whether standard input was touched at all. */
  readonly inputOpened: boolean;
  /** Whether it is still being read, which would keep the process alive. */
  readonly inputHeld: boolean;
  /** Files written, by path. */
  readonly written: Readonly<Record<string, string>>;
  /** Milliseconds slept, one number a sleep. */
  readonly slept: readonly number[];
}

/** Runs one command line, on the dry-run platform unless told otherwise. */
export async function tsadmin(argv: readonly string[], scene: CliScene = {}): Promise<CliOutcome> {
  const fake = cliAgent(scene.agent);
  const [stdout, stderr, opened, slept]: [string[], string[], AgentLocation[], number[]] = [
    [],
    [],
    [],
    [],
  ];
  const written: Record<string, string> = {};
  const input = inputOf(scene);
  const seen = { inputOpened: false };
  const code = await runTsadmin(argv, {
    get stdin() {
      seen.inputOpened = true;
      return input;
    },
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    isTerminal: {
      stdin: scene.typed !== undefined,
      stdout: scene.typed !== undefined,
      stderr: false,
      ...scene.terminal,
    },
    columns: 80,
    environment: { USER: 'ann', ...scene.environment },
    release: '3.00-01',
    clock: {
      now: () => NOW,
      sleep: (delayMs) => {
        slept.push(delayMs);
        return Promise.resolve();
      },
    },
    detectPlatform: () => 'dry-run',
    openAgent: (location) => {
      opened.push(location);
      return Promise.resolve(fake.agent);
    },
    openSettings: (location) => {
      opened.push(location);
      return Promise.resolve(fake.agent);
    },
    askService: () => Promise.reject(new Error('no service')),
    stopSignal: () => scene.stop ?? new AbortController().signal,
    readSecret: (question) => {
      stderr.push(question);
      return scene.secret === undefined
        ? Promise.reject(new Error('no secret was typed'))
        : Promise.resolve(scene.secret);
    },
    readNewSecret: () => Promise.reject(new Error('no terminal')),
    writeFile: (path, text) => {
      written[path] = text;
      return Promise.resolve();
    },
    readFile: (path) => {
      const text = scene.files?.[path];
      if (text !== undefined) return Promise.resolve(text);
      return Promise.reject(new Error(`ENOENT: no such file, open '${path}'`));
    },
  });
  return {
    code,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
    calls: fake.calls,
    opened,
    closed: fake.closed,
    inputOpened: seen.inputOpened,
    inputHeld: seen.inputOpened && !input.isPaused() && !input.readableEnded,
    slept,
    written,
  };
}

function inputOf({ typed, piped, stayOpen }: CliScene): PassThrough {
  const input = new PassThrough();
  if (typed !== undefined) input.write(typed.map((line) => `${line}\n`).join(''));
  if (typed !== undefined && stayOpen !== true) input.end();
  if (piped !== undefined) input.end(piped);
  return input;
}
