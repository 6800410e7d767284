import type { Command } from './command.ts';

/** `tsadmin disable` */
export const disableCommand: Command = {
  name: 'disable',
  usage: 'disable',
  summary: 'stop enforcing the policy: take the rules out, keep the tables',
  details: [
    'Takes the rules out of the firewall. Tables and settings stay and are kept up to date, so that enable needs no network.',
    'It always works: a service or command that hangs while it changes the firewall is ended after 10 s, and the output says so.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const run = await agent.disable(context.actor, { insist: true });
      context.print(run.message);
      context.printJson({ run });
      return 0;
    }),
};
