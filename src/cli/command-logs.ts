import type { Command } from './command.ts';

/** `tsadmin logs` */
export const logsCommand: Command = {
  name: 'logs',
  usage: 'logs',
  summary: 'send the logged hits now',
  details: [
    'Reads the new lines of the firewall log and uploads all that wait. Prints the answer of the log service.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const result = await agent.logs(context.actor);
      context.print(result.message === '' ? result.run.message : result.message);
      if (result.waiting > 0) context.print(`Lines still waiting: ${result.waiting}`);
      context.printJson(result);
      return result.run.outcome === 'failed' ? 1 : 0;
    }),
};
