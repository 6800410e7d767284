import { Readable } from 'node:stream';
import { runPortalCommand } from '../../src/portal/command/run.ts';
import { systemClock } from '../../src/system/clock.ts';
import { readNewSecret, readSecret } from '../../src/system/read-secret.ts';
import { runCommand } from '../../src/system/run-command.ts';
import type { Clock } from '../../src/core/ports.ts';
import { TestLog } from './portal.ts';

/** What a command of `ts-portal` printed, and its exit code. */
export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs `ts-portal` in this process. @param input its standard input */
export async function portalCommand(
  stateDir: string,
  argv: readonly string[],
  { input = '', clock = systemClock }: { input?: string; clock?: Clock } = {},
): Promise<CommandResult> {
  const secretSource = { input: Readable.from([input]), output: { write: () => undefined } };
  let output = '';
  let errors = '';
  const code = await runPortalCommand(argv, {
    ...{ clock, log: new TestLog(), stateDir, environment: {}, actor: 'test', runCommand },
    print: (text) => void (output += text),
    printError: (text) => void (errors += text),
    readInput: () => Promise.resolve(Buffer.from(input)),
    readSecret: () => readSecret(secretSource, ''),
    readNewSecret: () => readNewSecret(secretSource, ''),
    stopped: () => Promise.resolve(),
  });
  return { code, output, errors };
}
