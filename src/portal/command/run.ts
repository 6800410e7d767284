import { parseArgs } from 'node:util';
import { AgentError, UsageError, messageOf } from '../../core/errors.ts';
import { addDevice } from './add-device.ts';
import {
  TEXT,
  usageError,
  type OptionValues,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { PORTAL_HELP } from './help.ts';
import { serve } from './serve.ts';
import { setList } from './set-list.ts';

const COMMANDS: readonly PortalCommand[] = [serve, addDevice, setList];

/**
 * Runs one command of `ts-portal`.
 * @param argv what follows the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runPortalCommand(
  argv: readonly string[],
  context: PortalCommandContext,
): Promise<0 | 1 | 2> {
  try {
    if (['help', '--help', '-h'].includes(argv[0] ?? '')) context.print(PORTAL_HELP);
    else await runCommand(argv, context);
    return 0;
  } catch (error) {
    const remedy = error instanceof AgentError && error.remedy !== '' ? `\n${error.remedy}` : '';
    context.printError(`ts-portal: ${messageOf(error)}${remedy}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runCommand(argv: readonly string[], context: PortalCommandContext): Promise<void> {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => argv[index] === word));
  if (command === undefined)
    throw usageError(`there is no command "${argv.slice(0, 2).join(' ')}"`);
  const { values, positionals } = parse(argv.slice(command.words.length), command);
  if (positionals.length !== command.operands.length) {
    const wanted = [...command.words, '--state DIR', ...command.operands].join(' ');
    throw usageError(`it is "ts-portal ${wanted}"`);
  }
  await command.run(context, values, positionals);
}

function parse(
  args: readonly string[],
  { options }: PortalCommand,
): { values: OptionValues; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { state: TEXT, ...options },
      allowPositionals: true,
    });
    return { values: values, positionals };
  } catch (cause) {
    throw usageError(messageOf(cause));
  }
}
