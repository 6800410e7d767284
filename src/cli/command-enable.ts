import { HostError, messageOf, UsageError } from '../core/errors.ts';
import type { Run } from '../core/ports.ts';
import type { Command } from './command.ts';
import type { CommandContext } from './context.ts';
import { watchConfirmation } from './watch-confirmation.ts';

const LONGEST_S = 3600;

/** `tsadmin enable` */
export const enableCommand: Command = {
  name: 'enable',
  usage: 'enable [--confirm SECONDS]',
  summary: 'enforce the policy: put the rules in',
  details: [
    'Puts the rules of the policy into the firewall and keeps them there.',
    'With --confirm it goes back to disabled unless somebody answers in time: at the question of this command, with tsadmin confirm, or on the page. The command waits for the answer, unless the service runs and nobody can be asked here: then the service watches the time. When the command is ended by a signal or its terminal is gone, it disables before it ends. Without --confirm, nobody is asked, and a wait that runs is over.',
  ],
  options: {
    confirm: {
      type: 'string',
      argument: 'SECONDS',
      description: `Time for the answer, 1 to ${LONGEST_S}.`,
    },
  },
  run: (context, values) => {
    const confirmWithin = secondsOf(values['confirm']);
    return confirmWithin === null ? enable(context) : enableAndWatch(context, confirmWithin);
  },
};

function secondsOf(text: string | boolean | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (/^\d{1,4}$/.test(String(text)) && seconds >= 1 && seconds <= LONGEST_S) return seconds;
  throw new UsageError(`enable: --confirm takes whole seconds, 1 to ${LONGEST_S}`);
}

async function enable(context: CommandContext): Promise<number> {
  const run = await context.withAgent((agent) => agent.enable(context.actor));
  context.print(run.message);
  await report(context, run);
  return 0;
}

async function enableAndWatch(context: CommandContext, confirmWithin: number): Promise<number> {
  // From here on, a signal does not end the process while the rules are in and nobody watches.
  const stop = context.stopSignal();
  const run = await begin(context, confirmWithin);
  const { awaited, serviceRunning } = await context.withAgent((agent) => agent.status());
  if (awaited === null && run !== null) return report(context, run);
  if (serviceRunning && !context.interactive && !stop.aborted) {
    context.print('The service watches the time. Answer with "tsadmin confirm".');
    return report(context, run);
  }
  const stays = await watchConfirmation(context, stop);
  await report(context, run);
  return stays ? 0 : 1;
}

/** The service may end with the order in its hands; then the rules may be in, and somebody has to watch. */
async function begin(context: CommandContext, confirmWithin: number): Promise<Run | null> {
  try {
    const run = await context.withAgent((agent) => agent.enable(context.actor, { confirmWithin }));
    context.print(run.message);
    return run;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if ((await context.withAgent((agent) => agent.awaited())) === null) throw error;
    context.print(messageOf(error), 'red');
    return null;
  }
}

async function report(context: CommandContext, run: Run | null): Promise<0> {
  const { protection, awaited } = await context.withAgent((agent) => agent.status());
  context.print(protection.sentence);
  context.printJson({ run, protection, awaited });
  return 0;
}
