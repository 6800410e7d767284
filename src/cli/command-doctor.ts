import type { Finding } from '../core/ports.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';
import type { Colour } from './output.ts';

const COLOURS: Readonly<Record<Finding['state'], Colour>> = {
  ok: 'green',
  warning: 'yellow',
  error: 'red',
};

const STATE_WIDTH = 9;
const NAME_WIDTH = 18;

/** `tsadmin doctor` */
export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'doctor',
  summary: 'check everything the device needs, and say what to do',
  details: [
    'Checks Node, rights, disk, service, settings, clock, the services of the portal (settings by DNS over TLS, policy by DNS over TCP, lists, logs by HTTPS directly or by the proxy, public address), the firewall (programs, table size, bridge) and its log. Changes nothing. Needs the network; takes up to half a minute where something does not answer.',
    'The exit code is 1 when there is an error; warnings end with 0.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const findings = await agent.doctor();
      for (const finding of findings) printFinding(context, finding);
      context.printJson({ findings });
      return findings.some(({ state }) => state === 'error') ? 1 : 0;
    }),
};

function printFinding(context: CommandContext, { name, state, message, remedy }: Finding): void {
  context.print(`${state.padEnd(STATE_WIDTH)}${name.padEnd(NAME_WIDTH)}${message}`, COLOURS[state]);
  if (remedy !== '') context.print(`${' '.repeat(STATE_WIDTH + NAME_WIDTH)}${remedy}`);
}
