import type { Command } from './command.ts';

/** `tsadmin enable` */
export const enableCommand: Command = {
  name: 'enable',
  usage: 'enable',
  summary: 'enforce the policy: put the rules in',
  details: ['Puts the rules of the policy into the firewall and keeps them there.'],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const run = await agent.enable(context.actor);
      const { protection } = await agent.status();
      context.print(run.message);
      context.print(protection.sentence);
      context.printJson({ run, protection });
      return 0;
    }),
};
