import { UsageError } from '../core/errors.ts';
import type { Command } from './command.ts';
import { findCommand, loadCommands, type CommandEntry } from './commands.ts';
import type { CommandContext } from './context.ts';
import { commandText, overviewText } from './help-text.ts';

/** `tsadmin help`, also `--help` behind any command */
export const helpCommand: Command = {
  name: 'help',
  usage: 'help [COMMAND]',
  summary: 'show the commands, or all about one of them',
  details: ['Without COMMAND all commands are listed.'],
  options: {
    completion: { type: 'boolean', description: 'Print the completion script for bash.' },
    man: { type: 'boolean', description: 'Print the manual page (mdoc).' },
  },
  positionals: { min: 0, max: 1 },
  run: async (context, values, [name]) => {
    if (values['man'] === true) return printManualPage(context);
    if (values['completion'] === true) return printCompletion(context);
    return name === undefined ? printOverview(context) : printCommand(context, entryOf(name));
  },
};

function entryOf(name: string): CommandEntry {
  const entry = findCommand(name);
  if (entry !== undefined) return entry;
  throw new UsageError(`help: there is no command ${JSON.stringify(name.slice(0, 40))}`);
}

async function printOverview(context: CommandContext): Promise<number> {
  const commands = await loadCommands();
  for (const line of overviewText(commands)) context.print(line);
  context.printJson({
    commands: commands.map(({ name, usage, summary }) => ({ name, usage, summary })),
  });
  return 0;
}

async function printCommand(context: CommandContext, entry: CommandEntry): Promise<number> {
  const command = await entry.load();
  for (const line of commandText(command, entry.aliases)) context.print(line);
  const { name, usage, summary, details, options } = command;
  const described = Object.entries(options).map(([option, { description }]) => [
    option,
    description,
  ]);
  context.printJson({
    name,
    aliases: entry.aliases,
    usage,
    summary,
    details,
    options: Object.fromEntries(described) as object,
  });
  return 0;
}

async function printManualPage(context: CommandContext): Promise<number> {
  const { manualPage } = await import('./manual-page.ts');
  return printText(context, manualPage(await loadCommands()));
}

async function printCompletion(context: CommandContext): Promise<number> {
  const { bashCompletion } = await import('./bash-completion.ts');
  return printText(context, bashCompletion(await loadCommands()));
}

function printText(context: CommandContext, text: string): number {
  for (const line of text.trimEnd().split('\n')) context.print(line);
  context.printJson({ text });
  return 0;
}
