import { UsageError } from '../core/errors.ts';
import { confirm } from './confirm.ts';
import type { Command } from './command.ts';
import { banner } from './product.ts';

/** `tsadmin remove` */
export const removeCommand: Command = {
  name: 'remove',
  usage: 'remove [--silent]',
  summary: 'remove the ThreatSTOP integration from the device',
  details: [
    'Takes the rules, tables, settings and state of the agent off the device. Asks first; without a terminal --silent is needed.',
  ],
  options: {
    silent: { type: 'boolean', description: 'Ask nothing and print nothing but errors.' },
  },
  run: async (context, values) => {
    const silent = values['silent'] === true;
    if (!silent && !context.interactive) {
      throw new UsageError('remove: there is no terminal to ask on', {
        remedy: 'Add --silent to remove without a question.',
      });
    }
    if (!silent) {
      context.print(banner(context.product, 'remove', context.clock.now()));
      context.print();
      const sure = await confirm(context, 'Are you sure you want to uninstall ThreatSTOP?');
      if (!sure) {
        context.print('Nothing was removed.');
        return 1;
      }
    }
    return context.withAgent(async (agent) => {
      const run = await agent.remove(context.actor);
      if (!silent) context.print(run.message);
      context.printJson({ run });
      return 0;
    });
  },
};
