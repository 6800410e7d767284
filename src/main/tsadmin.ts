/** The command line. Only what every command needs is loaded here; the agent comes when a command asks for it. */
import { readFile } from 'node:fs/promises';
import { runTsadmin } from '../cli/run.ts';
import type { AgentLocation } from '../cli/context.ts';
import { systemClock } from '../system/clock.ts';
import { detectPlatform } from './detect-platform.ts';
import { RELEASE } from './release.ts';

process.exitCode = await runTsadmin(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY },
  environment: process.env,
  release: RELEASE,
  clock: systemClock,
  detectPlatform,
  openAgent: async (location: AgentLocation) => {
    const { openAgent } = await import('./open-agent.ts');
    return openAgent(location);
  },
  readFile: (path) => readFile(path, 'utf8'),
});
// A pipe on standard input would keep the process waiting after its command has ended.
process.stdin.destroy();
