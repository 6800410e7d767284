import type { Command } from './command.ts';

/** `tsadmin disable` */
export const disableCommand: Command = {
  name: 'disable',
  usage: 'disable',
  summary: 'stop enforcing the policy: take the rules out, keep the tables',
  details: [
    'Takes the rules out of the firewall. Tables and settings stay and are kept up to date, so that enable needs no network.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const run = await agent.disable(context.actor);
      context.print(run.message);
      context.printJson({ run });
      return 0;
    }),
};
