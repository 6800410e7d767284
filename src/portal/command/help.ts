import type { PortalCommand } from './command.ts';

const START = `ts-portal: a small portal of your own for ts-pfsense agents.

Every command takes --state DIR, the folder in which the portal keeps everything (or the variable TS_PORTAL_STATE
names it); all but "serve" work while the portal serves that folder.
`;

const END = `
  ts-portal help [WORD]

Exit codes: 0 done, 1 failed, 2 wrong usage.
`;

/** The text of `ts-portal help`. @param word only the commands that begin with it */
export function helpText(commands: readonly PortalCommand[], word = ''): string {
  const shown = commands.filter(({ words }) => word === '' || words[0] === word);
  return `${START}${shown.map(commandText).join('')}${END}`;
}

function commandText({ words, operands, usage = '', about }: PortalCommand): string {
  const call = ['ts-portal', ...words, ...operands, usage].join(' ').trimEnd();
  return `\n  ${call}\n${about.map((line) => `      ${line}\n`).join('')}`;
}
