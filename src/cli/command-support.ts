import { UsageError } from '../core/errors.ts';
import type { Command } from './command.ts';

/** `tsadmin support` */
export const supportCommand: Command = {
  name: 'support',
  usage: 'support --output FILE',
  summary: 'write all that helps to find a fault into a file, without secrets',
  details: [
    'The file is JSON for people: versions, settings (keys and passwords hidden), status, policies without their entries, lost lines, the last 500 runs. Look at it before you send it: it names addresses and lists of yours.',
  ],
  options: {
    output: {
      type: 'string',
      argument: 'FILE',
      description: 'Where to write it; - for standard output. A file that is there is replaced.',
    },
  },
  run: (context, { output }) =>
    context.withAgent(async (agent) => {
      if (typeof output !== 'string' || output === '') {
        throw new UsageError('support: say where to write it', { remedy: 'Use --output FILE.' });
      }
      const text = await agent.supportBundle();
      if (output === '-') {
        context.stdout.write(text);
        return 0;
      }
      await context.writeFile(output, text);
      context.print(`Written to ${output}. Look at it before you send it.`);
      context.printJson({ output, bytes: Buffer.byteLength(text) });
      return 0;
    }),
};
