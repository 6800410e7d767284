import { HostError, printable } from '../core/errors.ts';
import { COMMAND_ENVIRONMENT } from './command-environment.ts';

/** Runs a program and gives its output as it comes. */
export type StreamCommand = (
  argv: readonly [string, ...string[]],
  input: Uint8Array,
) => AsyncGenerator<Uint8Array, void, undefined>;

const TIMEOUT_MS = 600_000;

/**
 * Runs a program without a shell, in the C locale, and yields its standard output block by block. It waits
 * while the caller does, and is ended when the caller stops early.
 * @param input its standard input
 * @throws HostError at the end, with command, exit code and the first lines of its stderr, when it failed
 */
export const streamCommand: StreamCommand = async function* (argv, input) {
  // Loaded here: it takes 20 MB, and most hosts never need it for a log.
  const { execa } = await import('execa');
  const [file, ...args] = argv;
  const child = execa(file, args, {
    input,
    buffer: { stdout: false },
    encoding: 'buffer',
    env: COMMAND_ENVIRONMENT,
    reject: false,
    timeout: TIMEOUT_MS,
  });
  let ended = false;
  try {
    // execa leaves out the stream when the program could not be started; the result then says why.
    for await (const block of child.stdout as AsyncIterable<Uint8Array>) yield block;
    ended = true;
  } finally {
    if (!ended) child.kill();
  }
  const result = await child;
  if (result.exitCode === 0) return;
  const said = printable(Buffer.from(result.stderr).toString('utf8').trim().slice(0, 400));
  const reason =
    result.exitCode === undefined
      ? printable(result.originalMessage ?? 'it did not run')
      : `exit code ${result.exitCode}${said === '' ? '' : `, ${said}`}`;
  throw new HostError(`running ${printable(argv.join(' '))}: ${reason}`);
};
