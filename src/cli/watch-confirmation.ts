/** The wait for an answer after `tsadmin enable --confirm`, here or elsewhere. */
import { AgentError, messageOf } from '../core/errors.ts';
import type { Agent } from '../tasks/agent.ts';
import type { CommandContext } from './context.ts';

const LOOK_MS = 500;
/** How long after a failure it tries again. */
const AGAIN_MS = 2_000;

/**
 * Waits until somebody confirmed, disabled, or the time is over; then it disables. So does a signal, and "n" as answer.
 * It does not end while the rules are in and nobody has confirmed them: after a failure, e.g. of the service it worked
 * through, it opens the agent anew.
 * @param stop aborted when the process is to end
 * @returns whether the policy stays enabled
 */
export async function watchConfirmation(
  context: CommandContext,
  stop: AbortSignal,
): Promise<boolean> {
  const answers = context.interactive ? askStillHere(context) : SILENT;
  for (;;) {
    try {
      return await context.withAgent((agent) => watch(context, agent, stop, answers));
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      context.print(messageOf(error), 'red');
      await context.clock.sleep(AGAIN_MS);
    }
  }
}

async function watch(
  context: CommandContext,
  agent: Agent,
  stop: AbortSignal,
  answers: Answers,
): Promise<boolean> {
  while ((await agent.awaited()) !== null) {
    await look(context, agent, stop.aborted ? 'no' : answers.said());
    await Promise.race([context.clock.sleep(LOOK_MS, stop), answers.given]);
  }
  const enabled = (await agent.settings())?.values.enabled === true;
  context.print(enabled ? 'Confirmed: the policy stays enabled.' : 'The policy is disabled.');
  return enabled;
}

type Answer = 'yes' | 'no' | null;

async function look(context: CommandContext, agent: Agent, answer: Answer): Promise<void> {
  if (answer === 'yes') await agent.confirm(context.actor);
  else if (answer === 'no') await agent.disable(context.actor);
  else {
    const wentBack = await agent.goBack();
    if (wentBack !== null) context.print(wentBack.message, 'red');
  }
}

interface Answers {
  /** The answer; null: none yet. */
  said(): Answer;
  /** Resolves with the answer; never at the end of the input. */
  readonly given: Promise<unknown>;
}

const SILENT: Answers = { said: () => null, given: new Promise(() => undefined) };

function askStillHere(context: CommandContext): Answers {
  let said: Answer = null;
  context.print('Still here? Type y to keep the policy enabled, n to disable it now.');
  const read = async (): Promise<unknown> => {
    for (;;) {
      const line = await context.readLine();
      if (line === null) return SILENT.given;
      said = answerOf(line);
      if (said !== null) return said;
      context.print('Answer y or n.');
    }
  };
  return { said: () => said, given: read() };
}

function answerOf(line: string): Answer {
  const word = line.trim().toLowerCase();
  if (word === 'y' || word === 'yes') return 'yes';
  return word === 'n' || word === 'no' ? 'no' : null;
}
