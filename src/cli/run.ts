import { UsageError } from '../core/errors.ts';
import { parseCommandArguments, splitCommandLine } from './arguments.ts';
import { inCommandContext } from './command-context.ts';
import { findCommand, type CommandEntry } from './commands.ts';
import type { CliContext } from './context.ts';
import { reportFailure } from './failure.ts';

/**
 * Runs one `tsadmin` command line. Failures are written to standard error, never thrown.
 * @param argv the words after `tsadmin`
 * @returns the exit code: 0 done (also when there was nothing to do), 1 failed, 2 wrong usage
 */
export async function runTsadmin(argv: readonly string[], context: CliContext): Promise<number> {
  const style = { json: argv.includes('--json'), help: 'tsadmin help' };
  try {
    const { name, rest } = splitCommandLine(argv);
    const entry = entryFor(name, rest);
    style.help = `tsadmin help ${entry.name}`;
    return await runCommand(entry, name === null ? rest.filter(isNotCommand) : rest, context);
  } catch (thrown) {
    return reportFailure(context.stderr, thrown, style);
  }
}

/** Words that stand for a command when none is named. */
const COMMAND_SWITCHES: ReadonlyMap<string, string> = new Map([
  ['--version', 'version'],
  ['--help', 'help'],
  ['-h', 'help'],
]);

function isNotCommand(word: string): boolean {
  return !COMMAND_SWITCHES.has(word);
}

function entryFor(name: string | null, rest: readonly string[]): CommandEntry {
  const wanted = name ?? rest.map((word) => COMMAND_SWITCHES.get(word)).find(Boolean);
  if (wanted === undefined) throw new UsageError('a command is missing');
  const entry = findCommand(wanted);
  if (entry !== undefined) return entry;
  throw new UsageError(`there is no command ${JSON.stringify(wanted.slice(0, 40))}`);
}

async function runCommand(
  entry: CommandEntry,
  args: readonly string[],
  context: CliContext,
): Promise<number> {
  const command = await entry.load();
  const { values, positionals } = parseCommandArguments(command, args);
  return inCommandContext(context, values, async (commandContext) => {
    if (values['help'] !== true) return command.run(commandContext, values, positionals);
    const { helpCommand } = await import('./command-help.ts');
    return helpCommand.run(commandContext, {}, [command.name]);
  });
}
