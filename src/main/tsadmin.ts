/** The command line. Only what every command needs is loaded here; the agent comes when a command asks for it. */
import { runTsadmin } from '../cli/run.ts';
import { systemClock } from '../system/clock.ts';
import { traceToSources } from '../system/source-lines.ts';
import { detectPlatform } from './detect-platform.ts';
import { RELEASE } from './release.ts';
import { descriptorOutput, isTerminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

traceToSources(new URL('source-lines.json', import.meta.url));
// A key given in the arguments must not stay in the process list.
process.title = 'tsadmin';

/** Set while a command has to see to its end itself. */
let stopped: AbortController | null = null;
const mayEnd = (): boolean => stopped === null;

process.exitCode = await runTsadmin(process.argv.slice(2), {
  /** A terminal or pipe that is looked at is opened; most commands read nothing. */
  get stdin() {
    return process.stdin;
  },
  stdout: descriptorOutput(1, mayEnd),
  stderr: descriptorOutput(2, mayEnd),
  isTerminal: {
    get stdin() {
      return isTerminal(0);
    },
    get stdout() {
      return isTerminal(1);
    },
    get stderr() {
      return isTerminal(2);
    },
  },
  get columns() {
    return process.stderr.columns || 80;
  },
  environment: process.env,
  release: RELEASE,
  clock: systemClock,
  detectPlatform,
  openAgent: async (location) => {
    const { agentForCommand } = await import('./agent-for-command.ts');
    return agentForCommand(location);
  },
  openSettings: async (location) => {
    const { settingsForCommand } = await import('./agent-for-command.ts');
    return settingsForCommand(location);
  },
  askService: async (...order) => {
    const { askService } = await import('./agent-for-command.ts');
    return askService(...order);
  },
  stopSignal: () => {
    const controller = new AbortController();
    stopped = controller;
    void untilStopped().then(() => controller.abort());
    return controller.signal;
  },
  readSecret: async (question) => {
    const { readSecret } = await import('../system/read-secret.ts');
    return readSecret({ input: process.stdin, output: process.stderr }, question);
  },
  readNewSecret: async (question) => {
    const { readNewSecret } = await import('../system/read-secret.ts');
    return readNewSecret({ input: process.stdin, output: process.stderr }, question);
  },
  writeFile: async (path, text) => {
    const { writeFileAtomic } = await import('../system/atomic-file.ts');
    await writeFileAtomic(path, text);
  },
  readFile: (path) => process.getBuiltinModule('node:fs/promises').readFile(path, 'utf8'),
});
