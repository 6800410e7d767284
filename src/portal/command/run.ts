import { parseArgs } from 'node:util';
import { AgentError, UsageError, messageOf } from '../../core/errors.ts';
import { ACCESS_COMMANDS } from './access-commands.ts';
import { ALARM_COMMANDS } from './alarm-commands.ts';
import { ADMIN_COMMANDS } from './admin-commands.ts';
import {
  TEXT,
  usageError,
  type OptionValues,
  type PortalCommand,
  type PortalCommandContext,
} from './command.ts';
import { DEVICE_COMMANDS } from './device-commands.ts';
import { exportZone } from './export-command.ts';
import { FEED_COMMANDS } from './feed-commands.ts';
import { fleet } from './fleet-commands.ts';
import { helpText } from './help.ts';
import { LOG_COMMANDS } from './log-commands.ts';
import { POLICY_COMMANDS } from './policy-commands.ts';
import { REPORT_COMMANDS } from './report-commands.ts';
import { serve } from './serve.ts';
import { LIST_COMMANDS } from './source-commands.ts';

const COMMANDS: readonly PortalCommand[] = [
  serve,
  ...DEVICE_COMMANDS,
  ...POLICY_COMMANDS,
  ...FEED_COMMANDS,
  ...LIST_COMMANDS,
  ...ACCESS_COMMANDS,
  ...ADMIN_COMMANDS,
  exportZone,
  fleet,
  ...ALARM_COMMANDS,
  ...REPORT_COMMANDS,
  ...LOG_COMMANDS,
];

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
    if (['help', '--help', '-h'].includes(argv[0] ?? ''))
      context.print(helpText(COMMANDS, argv[1]));
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
    const wanted = [...command.words, ...command.operands].join(' ');
    throw usageError(`it is "ts-portal ${wanted}"`);
  }
  await command.run(context, { state: context.stateDir, ...values }, positionals);
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
