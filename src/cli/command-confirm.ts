import type { Command } from './command.ts';

/** `tsadmin confirm` */
export const confirmCommand: Command = {
  name: 'confirm',
  usage: 'confirm',
  summary: 'keep the policy enabled after enable --confirm',
  details: [
    'Answers the question that "tsadmin enable --confirm" and the page ask after enabling. Without an answer in time, the policy goes back to disabled.',
  ],
  options: {},
  run: (context) =>
    context.withAgent(async (agent) => {
      const run = await agent.confirm(context.actor);
      context.print(run.message);
      context.printJson({ run });
      return 0;
    }),
};
