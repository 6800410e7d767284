/** The manual page in mdoc(7), made from the same tables as the help texts. */
import type { Command, CommandOption, CommandOptions } from './command.ts';
import { commandList } from './commands.ts';
import { globalOptions } from './global-options.ts';
import { fold } from './output.ts';

/** The whole page tsadmin(8) (docs/tsadmin.8). */
export function manualPage(commands: readonly Command[]): string {
  return `${[
    ...OPENING,
    ...optionList(globalOptions),
    '.Pp',
    'The commands are as follows.',
    ...commands.flatMap(commandSection),
    ...CLOSING,
  ].join('\n')}\n`;
}

const OPENING = [
  '.\\" Made by: tsadmin help --man',
  '.Dd November 20, 2026',
  '.Dt TSADMIN 8',
  '.Os',
  '.Sh NAME',
  '.Nm tsadmin',
  '.Nd set up and control the ThreatSTOP policy of a firewall',
  '.Sh SYNOPSIS',
  '.Nm tsadmin',
  '.Op Fl \\-root Ar dir',
  '.Op Fl \\-platform Ar name',
  '.Op Fl \\-json',
  '.Ar command',
  '.Op Ar option ...',
  '.Sh DESCRIPTION',
  '.Nm',
  'sets a device up, shows what it enforces and starts the tasks of the agent.',
  'The agent keeps a list of blocked and a list of allowed IP prefixes enforced in',
  'the tables of the firewall, and uploads the hits.',
  '.Pp',
  'These options are common to all commands and may stand before or after the',
  'command:',
];

const CLOSING = [
  '.Sh ENVIRONMENT',
  '.Bl -tag -width TS_PLATFORM',
  '.It Ev TS_ROOT',
  'As',
  '.Fl \\-root .',
  '.It Ev TS_PLATFORM',
  'As',
  '.Fl \\-platform .',
  '.It Ev NO_COLOR',
  'Any text in it switches colours off.',
  '.El',
  '.Sh EXIT STATUS',
  '.Bl -tag -width Ds',
  '.It 0',
  'Done, also when there was nothing to do.',
  '.It 1',
  'Failed; or, for',
  '.Cm status ,',
  'the device is meant to protect and does not.',
  '.It 2',
  'Wrong usage.',
  '.El',
  '.Sh EXAMPLES',
  'Link a device to the portal, with the key from a file:',
  '.Bd -literal -offset indent',
  'tsadmin add --type=auto --device_id=tdid_abcd1234 --auto_key=@/root/key',
  'tsadmin enable',
  '.Ed',
  '.Pp',
  'Tell why an address is blocked:',
  '.Bd -literal -offset indent',
  'tsadmin lookup 64.87.3.133',
  '.Ed',
];

function commandSection(command: Command): readonly string[] {
  const { aliases = [] } = commandList.find(({ name }) => name === command.name) ?? {};
  return [
    `.Ss ${command.name}`,
    `.Dl tsadmin ${escape(command.usage)}`,
    '.Pp',
    ...paragraph(sentence(command.summary)),
    ...aliases.flatMap((alias) => ['Also called', `.Cm ${alias} .`]),
    ...command.details.flatMap((text) => ['.Pp', ...paragraph(text)]),
    ...optionList(command.options),
  ];
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function optionList(options: CommandOptions): readonly string[] {
  const items = Object.entries(options).flatMap(([name, option]) => [
    optionItem(name, option),
    ...paragraph(option.description),
  ]);
  return items.length === 0 ? [] : ['.Bl -tag -width Ds', ...items, '.El'];
}

function optionItem(name: string, option: CommandOption): string {
  const short = option.short === undefined ? '' : `Fl ${option.short} , `;
  const flag = `.It ${short}Fl \\-${name}`;
  if (option.type === 'boolean') return flag;
  if (option.yesWithoutValue === true) return `${flag} Ns Op = Ns Cm yes | no`;
  return `${flag} Ns = Ns Ar ${(option.argument ?? 'VALUE').toLowerCase()}`;
}

/** Each sentence on lines of its own, as mdoc wants it. */
function paragraph(text: string): readonly string[] {
  return text
    .split(/(?<=[.:;]) (?=[A-Z@-])/)
    .flatMap((one) => fold(one, 78))
    .map(escape);
}

/** Keeps backslashes, hyphens and a leading control character as they are. */
function escape(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll(/(?<![A-Za-z0-9])-|--/g, (hyphens) => '\\-'.repeat(hyphens.length))
    .replace(/^[.']/, '\\&$&');
}
