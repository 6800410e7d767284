/** Programs that were found stay found for a while: each look at the firewall would ask for five of them again. */
import type { Clock } from '../../core/ports.ts';
import type { RunCommand } from '../../system/run-command.ts';

/** One that is taken away in this time shows by what it is needed for. */
const FOUND_FOR_MS = 60_000;

/**
 * @returns `run` for commands that only tell whether a program is there: one that succeeded is not run again for a
 *   minute; a failure is never kept, so that what was installed is seen at once. Output is that of the last time.
 */
export function rememberFound(run: RunCommand, clock: Clock): RunCommand {
  const found = new Map<string, { readonly at: number; readonly output: ReturnType<RunCommand> }>();
  return async (argv, options) => {
    const key = argv.join(' ');
    const last = found.get(key);
    if (last !== undefined && clock.now() - last.at < FOUND_FOR_MS) return last.output;
    const output = run(argv, options);
    await output;
    found.set(key, { at: clock.now(), output });
    return output;
  };
}
