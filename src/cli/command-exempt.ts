import { parseDuration } from '../core/duration.ts';
import { FormatError, messageOf, UsageError } from '../core/errors.ts';
import type { Exemption } from '../core/ports.ts';
import { formatPrefix, parsePrefix } from '../core/prefix-text.ts';
import type { Command } from './command.ts';

/** `tsadmin allow` */
export const allowCommand = exemptionCommand('allow', {
  summary: 'never block an address on this device, for a time or for good',
  details: [
    'ADDRESS is an IPv4 or IPv6 address, or a prefix. It is taken out of what the lists block, at once and at every refresh; nothing is opened by it. The narrower of two exemptions decides.',
    'See them with status; take one back with revoke.',
  ],
});

/** `tsadmin block` */
export const blockCommand = exemptionCommand('block', {
  summary: 'block an address on this device, for a time or for good',
  details: [
    'ADDRESS is an IPv4 or IPv6 address, or a prefix. It is blocked beside what the lists block, also when a list allows it. Addresses of this host and its surroundings are never blocked.',
    'See them with status; take one back with revoke.',
  ],
});

/** `tsadmin revoke` */
export const revokeCommand: Command = {
  name: 'revoke',
  usage: 'revoke ADDRESS',
  summary: 'take back what allow or block did: the lists decide again',
  details: ['ADDRESS is the address or prefix as it was given to allow or block.'],
  options: {},
  positionals: { min: 1, max: 1 },
  run: (context, _values, [text = '']) => {
    const prefix = addressOf(text);
    return context.withAgent(async (agent) => {
      const run = await agent.revoke(context.actor, prefix);
      context.print(run.message);
      context.printJson({ run });
      return 0;
    });
  },
};

function exemptionCommand(
  action: Exemption['action'],
  about: Pick<Command, 'summary' | 'details'>,
): Command {
  return {
    name: action,
    usage: `${action} ADDRESS`,
    ...about,
    options: {
      for: {
        type: 'string',
        argument: 'TIME',
        description: 'How long: minutes, hours or days such as 30m, 1h or 7d. Default: ever.',
      },
    },
    positionals: { min: 1, max: 1 },
    run: (context, values, [text = '']) => {
      const prefix = addressOf(text);
      const time = typeof values['for'] === 'string' ? values['for'] : 'ever';
      const forMs = usable(() => parseDuration(time));
      return context.withAgent(async (agent) => {
        const run = await agent.exempt(context.actor, { action, prefix, forMs });
        context.print(run.message);
        context.printJson({ run });
        return 0;
      });
    },
  };
}

function addressOf(text: string): string {
  return formatPrefix(usable(() => parsePrefix(text.trim())));
}

/** What was typed and cannot be read is wrong usage. */
function usable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(messageOf(error), { remedy: error.remedy, cause: error });
  }
}
