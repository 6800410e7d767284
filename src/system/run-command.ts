import { HostError, printable } from '../core/errors.ts';
import { COMMAND_ENVIRONMENT } from './command-environment.ts';
import { holdInput } from './hold-input.ts';

/** What a command printed. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** How a command is run. */
export interface CommandOptions {
  /** Written to its standard input; empty by default. */
  readonly input?: string | Uint8Array;
  /**
   * A folder for a file that holds the input until the program has begun. The program then gets the whole input, also
   * when the process that started it is killed: what a pipe has brought by then is not taken for the whole.
   */
  readonly inputFolder?: string;
  /** It is killed after this long. Default 60 s. */
  readonly timeoutMs?: number;
  /** Exit codes that are answers, not faults. Default: 0 only. */
  readonly acceptExitCodes?: readonly number[];
}

/** Runs a program of the host; drivers take this as a port so that tests can stand in for the host. */
export type RunCommand = (
  argv: readonly [string, ...string[]],
  options?: CommandOptions,
) => Promise<CommandOutput>;

/** More output than this is a fault. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Runs a program without a shell, in the C locale, with a time limit.
 * @throws HostError with command, exit code and the first lines of its stderr
 */
export const runCommand: RunCommand = async (argv, options = {}) => {
  // Loaded here: it takes 20 MB and 60 ms, and most commands of the agent run no program.
  const { execa } = await import('execa');
  const [file, ...args] = argv;
  const { input = '', inputFolder } = options;
  const whole = inputFolder === undefined ? null : await holdInput(inputFolder, input);
  const running = execa(file, args, {
    // execa takes any descriptor here; its types know only that of its own standard input.
    ...(whole === null ? { input } : { stdin: whole.fd as 0 }),
    timeout: options.timeoutMs ?? 60_000,
    env: COMMAND_ENVIRONMENT,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  // The program has its own copy of the descriptor.
  await whole?.close();
  const result = await running;
  const output = { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? -1 };
  if ((options.acceptExitCodes ?? [0]).includes(output.exitCode)) return output;
  throw new HostError(`running ${printable(argv.join(' '))}: ${reasonOf(result)}`);
};

function reasonOf(result: {
  timedOut: boolean;
  exitCode?: number | undefined;
  stderr: string;
  originalMessage?: string | undefined;
}): string {
  if (result.timedOut) return 'it did not end in time';
  if (result.exitCode === undefined) return printable(result.originalMessage ?? 'it did not run');
  const said = printable(result.stderr.trim().slice(0, 400));
  return `exit code ${result.exitCode}${said === '' ? '' : `, ${said}`}`;
}
