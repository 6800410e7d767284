/** The commands of `tsadmin`, each loaded when it is used, so that a small one starts at once. */
import type { Command } from './command.ts';

/** An entry of {@link commandList}. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  load(): Promise<Command>;
}

/** All commands in the order of the help text. */
export const commandList: readonly CommandEntry[] = [
  entry('add', async () => (await import('./command-add.ts')).addCommand),
  entry('remove', async () => (await import('./command-remove.ts')).removeCommand),
  entry('update', async () => (await import('./command-update.ts')).updateCommand),
  entry('show', async () => (await import('./command-show.ts')).showCommand),
  entry('status', async () => (await import('./command-status.ts')).statusCommand),
  entry('enable', async () => (await import('./command-enable.ts')).enableCommand),
  entry('confirm', async () => (await import('./command-confirm.ts')).confirmCommand),
  entry('disable', async () => (await import('./command-disable.ts')).disableCommand),
  entry('allow', async () => (await import('./command-exempt.ts')).allowCommand),
  entry('block', async () => (await import('./command-exempt.ts')).blockCommand),
  entry('revoke', async () => (await import('./command-exempt.ts')).revokeCommand),
  entry('logs', async () => (await import('./command-logs.ts')).logsCommand),
  entry('lookup', async () => (await import('./command-lookup.ts')).lookupCommand, ['why']),
  entry('diff', async () => (await import('./command-diff.ts')).diffCommand),
  entry('doctor', async () => (await import('./command-doctor.ts')).doctorCommand),
  entry('config', async () => (await import('./command-config.ts')).configCommand),
  entry('ui', async () => (await import('./command-ui.ts')).uiCommand),
  entry('support', async () => (await import('./command-support.ts')).supportCommand),
  entry('version', async () => (await import('./command-version.ts')).versionCommand),
  entry('help', async () => (await import('./command-help.ts')).helpCommand),
];

function entry(
  name: string,
  load: () => Promise<Command>,
  aliases: readonly string[] = [],
): CommandEntry {
  return { name, aliases, load };
}

/** The command of that name or alias, or undefined. */
export function findCommand(name: string): CommandEntry | undefined {
  return commandList.find((one) => one.name === name || one.aliases.includes(name));
}

/** Every command, loaded. */
export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all(commandList.map((one) => one.load()));
}
