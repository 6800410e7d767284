/** The command line. Only what every command needs is loaded here; the agent comes when a command asks for it. */
import { runTsadmin } from '../cli/run.ts';
import { systemClock } from '../system/clock.ts';
import { detectPlatform } from './detect-platform.ts';
import { RELEASE } from './release.ts';

// A key given in the arguments must not stay in the process list.
process.title = 'tsadmin';

// The reader of a pipe may leave early, as `head` does; that is no fault of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runTsadmin(process.argv.slice(2), {
  /** A terminal or pipe that is looked at is opened; most commands read nothing. */
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: {
    get stdin() {
      return process.stdin.isTTY;
    },
    stdout: process.stdout.isTTY,
  },
  environment: process.env,
  release: RELEASE,
  clock: systemClock,
  detectPlatform,
  openAgent: async (location) => {
    const { agentForCommand } = await import('./agent-for-command.ts');
    return agentForCommand(location);
  },
  askService: async (...order) => {
    const { askService } = await import('./agent-for-command.ts');
    return askService(...order);
  },
  readFile: async (path) => {
    const { readFile } = await import('node:fs/promises');
    return readFile(path, 'utf8');
  },
});
