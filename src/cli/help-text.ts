import type { Command, CommandOption, CommandOptions } from './command.ts';
import { globalOptions } from './global-options.ts';
import { columns, fold } from './output.ts';

/** The text of `tsadmin help`: all commands and the switches they share. */
export function overviewText(commands: readonly Command[]): readonly string[] {
  return [
    'Usage: tsadmin [--root DIR] [--platform NAME] [--json] COMMAND [OPTION ...]',
    '',
    ...columns(
      commands.map(({ name, summary }) => [name, summary]),
      2,
    ),
    '',
    'Options of every command:',
    ...optionLines(globalOptions),
    '',
    'Exit codes: 0 done (also when there was nothing to do), 1 failed, 2 wrong usage.',
    'tsadmin help COMMAND tells more.',
  ];
}

/** The text of `tsadmin help <command>`. */
export function commandText(command: Command, aliases: readonly string[]): readonly string[] {
  const own = optionLines(command.options);
  return [
    `Usage: tsadmin ${command.usage}`,
    ...(aliases.length > 0 ? [`Also: ${aliases.map((one) => `tsadmin ${one}`).join(', ')}`] : []),
    '',
    ...command.details.flatMap((paragraph) => [...fold(paragraph, 80), '']),
    ...(own.length > 0 ? ['Options:', ...own, ''] : []),
    'Options of every command:',
    ...optionLines(globalOptions),
  ];
}

/** The option as it is written: `--port=VALUE`, `--silent`, `--policy_tls[=yes|no]`. */
function optionForm(name: string, option: CommandOption): string {
  if (option.type === 'boolean') return `--${name}`;
  if (option.yesWithoutValue === true) return `--${name}[=yes|no]`;
  const argument = option.argument ?? option.choices?.join('|') ?? 'VALUE';
  return `--${name}=${argument}`;
}

function optionLines(options: CommandOptions): readonly string[] {
  return Object.entries(options).flatMap(([name, option]) => [
    `  ${optionForm(name, option)}`,
    ...fold(option.description, 72).map((line) => `        ${line}`),
  ]);
}
