import type { Readable } from 'node:stream';
import type { Clock, FirewallDriver } from '../core/ports.ts';
import type { Agent } from '../tasks/agent.ts';
import type { Colour } from './output.ts';

/** The platforms `--platform` takes: the names of the firewall drivers. */
export type PlatformName = FirewallDriver['name'];

/** All platforms, in the order messages name them. */
export const platformNames: readonly PlatformName[] = ['pfsense', 'openbsd', 'linux', 'dry-run'];

/** The part of the agent that only tells how the device is set up; it is opened in half the time. */
export type SettingsReader = Pick<Agent, 'settings' | 'exemptions' | 'close'>;

/** What text is written to, e.g. `process.stdout`. */
export interface TextOutput {
  write(text: string): unknown;
}

/** Which device a command is for. */
export interface AgentLocation {
  /** Absolute path that is put before every path of the host; `/` for the host itself. */
  readonly root: string;
  readonly platform: PlatformName;
}

/** What `tsadmin` needs from the process. `main/` builds the real one. */
export interface CliContext {
  /** Looked at only when a line is wanted, so it may be a getter: `process.stdin` takes time to set up. */
  readonly stdin: Readable;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Whether a person is at the other end. May be getters: looking takes time. */
  readonly isTerminal: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
  /** Width of the terminal, asked only where standard error is one. */
  readonly columns: number;
  /** Read here: TS_ROOT, TS_PLATFORM, NO_COLOR, TERM, SUDO_USER, DOAS_USER, USER, LOGNAME, SSH_CONNECTION, SSH_CLIENT. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Release of the package, e.g. `3.00-01`. */
  readonly release: string;
  readonly clock: Clock;
  /** The platform of this host, asked only when neither `--platform` nor TS_PLATFORM names one. */
  detectPlatform(root: string): PlatformName;
  /** Loads the agent. The caller closes it. */
  openAgent(location: AgentLocation): Promise<Agent>;
  /** Loads what tells the settings. The caller closes it. */
  openSettings(location: AgentLocation): Promise<SettingsReader>;
  /** Orders something of the running service, e.g. a login link. @throws HostError when none runs */
  askService(
    location: AgentLocation,
    verb: string,
    actor: string,
    args: readonly unknown[],
  ): Promise<unknown>;
  /**
   * Aborted at the first signal that is to end the process, which goes on until the command returns; nor does a reader of
   * its output that leaves end it any more.
   */
  stopSignal(): AbortSignal;
  /** Whole text of a file. Rejects as `node:fs` does. */
  readFile(path: string): Promise<string>;
  /**
   * A secret that is new: typed twice at a terminal, where nobody sees it, else the first line of standard input. Not to be
   * mixed with reading `stdin`. @throws AgentError when it is empty, differs from the first time, or on Ctrl-C
   */
  readNewSecret(question: string): Promise<string>;
  /** A secret that is asked for at a terminal, where nobody sees it. @throws AgentError on Ctrl-C or Ctrl-D */
  readSecret(question: string): Promise<string>;
  /** Writes a whole file that only its owner may read. @throws HostError */
  writeFile(path: string, text: string): Promise<void>;
}

/** What one command sees: the process, the switches every command takes, and a way to the agent. */
export interface CommandContext
  extends
    Pick<
      CliContext,
      'stdout' | 'release' | 'clock' | 'readNewSecret' | 'readFile' | 'writeFile' | 'stopSignal'
    >,
    AgentLocation {
  /** `--json`: one JSON object on standard output and nothing else. */
  readonly json: boolean;
  /** Questions may be asked: standard input is a terminal and `--json` was not given. */
  readonly interactive: boolean;
  /** Name of the package on this platform, e.g. `ts-pfsense`. */
  readonly product: string;
  /** Who started the command, for the record: `cli:<user>`, with `@<address>` behind when logged in by SSH. */
  readonly actor: string;
  /** Writes one line, control characters replaced, coloured where colours are on. Silent with `--json`. */
  print(line?: string, colour?: Colour): void;
  /** Writes the JSON object of the command, with `--json` only. */
  printJson(value: object): void;
  /** Asks a question and returns the answer, trimmed. @throws AgentError when the input ends. */
  ask(question: string): Promise<string>;
  /** The next line of standard input, or null at its end. */
  readLine(): Promise<string | null>;
  /** A secret: asked for at a terminal, where nobody sees it, else the next line of standard input. @throws AgentError on Ctrl-C */
  readSecret(question: string): Promise<string>;
  /** Orders something of the running service. @throws HostError when none runs */
  askService(verb: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Opens the agent, does the work and closes it, however the work ends. */
  withAgent<T>(work: (agent: Agent) => Promise<T>): Promise<T>;
  /** As {@link withAgent}, for work that only looks at the settings. */
  withSettings<T>(work: (settings: SettingsReader) => Promise<T>): Promise<T>;
}
